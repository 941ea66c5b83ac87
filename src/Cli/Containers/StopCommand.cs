using Sampan.Cli.Grammar;

namespace Sampan.Cli.Containers;

internal static class StopCommand
{
    public static Command Define() => new()
    {
        Name = "stop",
        Aliases = ["container stop", "stop"],
        Synopsis = "[OPTIONS] CONTAINER [CONTAINER...]",
        Summary = "Ask running containers to end, and kill those that do not",
        Options = StopOptions.All,
        Arguments = ArgumentCount.AtLeast(1),
        Run = RunAsync,
    };

    private static Task<int> RunAsync(Invocation invocation, CancellationToken ct) =>
        EachContainer.RunAsync(invocation, async (engine, container) =>
        {
            await engine.Containers.StopAsync(container, invocation.Get(StopOptions.Signal), StopOptions.Seconds(invocation), ct);
            return container;
        }, ct);
}
