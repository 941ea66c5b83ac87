using Sampan.Cli.Grammar;

namespace Sampan.Cli.Containers;

internal static class PauseCommand
{
    public static Command Define() => new()
    {
        Name = "pause",
        Aliases = ["container pause", "pause"],
        Synopsis = "CONTAINER [CONTAINER...]",
        Summary = "Freeze all processes of containers",
        Arguments = ArgumentCount.AtLeast(1),
        Run = RunAsync,
    };

    private static Task<int> RunAsync(Invocation invocation, CancellationToken ct) =>
        EachContainer.RunAsync(invocation, async (engine, container) =>
        {
            await engine.Containers.PauseAsync(container, ct);
            return container;
        }, ct);
}
