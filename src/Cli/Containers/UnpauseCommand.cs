using Sampan.Cli.Grammar;

namespace Sampan.Cli.Containers;

internal static class UnpauseCommand
{
    public static Command Define() => new()
    {
        Name = "unpause",
        Aliases = ["container unpause", "unpause"],
        Synopsis = "CONTAINER [CONTAINER...]",
        Summary = "Let frozen containers go on",
        Arguments = ArgumentCount.AtLeast(1),
        Run = RunAsync,
    };

    private static Task<int> RunAsync(Invocation invocation, CancellationToken ct) =>
        EachContainer.RunAsync(invocation, async (engine, container) =>
        {
            await engine.Containers.UnpauseAsync(container, ct);
            return container;
        }, ct);
}
