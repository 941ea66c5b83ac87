using System.Globalization;
using Sampan.Cli.Grammar;
using Sampan.EngineClient;
using Sampan.Faults;

namespace Sampan.Cli.Containers;

internal static class WaitCommand
{
    public static Command Define() => new()
    {
        Name = "wait",
        Aliases = ["container wait", "wait"],
        Synopsis = "CONTAINER [CONTAINER...]",
        Summary = "Wait until containers have ended, and print their exit codes",
        Arguments = ArgumentCount.AtLeast(1),
        Run = RunAsync,
    };

    private static Task<int> RunAsync(Invocation invocation, CancellationToken ct) =>
        EachContainer.RunAsync(invocation, async (engine, container) =>
        {
            await using var wait = await engine.Containers.WaitAsync(container, WaitCondition.NotRunning, ct);
            var result = await wait.ResultAsync(ct);
            if (result.Error?.Message is { } error) throw new FaultException(FaultKind.Internal, error);
            return result.StatusCode.ToString(CultureInfo.InvariantCulture);
        }, ct);
}
