using Sampan.Cli.Grammar;

namespace Sampan.Cli.Containers;

internal static class RestartCommand
{
    public static Command Define() => new()
    {
        Name = "restart",
        Aliases = ["container restart", "restart"],
        Synopsis = "[OPTIONS] CONTAINER [CONTAINER...]",
        Summary = "Stop containers and start them again",
        Options = StopOptions.All,
        Arguments = ArgumentCount.AtLeast(1),
        Run = RunAsync,
    };

    private static Task<int> RunAsync(Invocation invocation, CancellationToken ct) =>
        EachContainer.RunAsync(invocation, async (engine, container) =>
        {
            await engine.Containers.RestartAsync(container, invocation.Get(StopOptions.Signal), StopOptions.Seconds(invocation), ct);
            return container;
        }, ct);
}
