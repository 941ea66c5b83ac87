using Sampan.Cli.Grammar;

namespace Sampan.Cli.Containers;

internal static class KillCommand
{
    private static readonly Option<string> Signal = Options.Text("signal", 's', "Signal to send instead of KILL");

    public static Command Define() => new()
    {
        Name = "kill",
        Aliases = ["container kill", "kill"],
        Synopsis = "[OPTIONS] CONTAINER [CONTAINER...]",
        Summary = "Kill running containers",
        Options = [Signal],
        Arguments = ArgumentCount.AtLeast(1),
        Run = RunAsync,
    };

    private static Task<int> RunAsync(Invocation invocation, CancellationToken ct) =>
        EachContainer.RunAsync(invocation, async (engine, container) =>
        {
            await engine.Containers.KillAsync(container, invocation.Get(Signal), ct);
            return container;
        }, ct);
}
