using Sampan.Cli.Grammar;
using Sampan.Cli.Streams;
using Sampan.EngineClient;

namespace Sampan.Cli.Containers;

internal static class AttachCommand
{
    private static readonly Option<bool> NoStdin = Options.Switch("no-stdin", '\0', "Leave its stdin alone");

    public static Command Define() => new()
    {
        Name = "attach",
        Aliases = ["container attach", "attach"],
        Synopsis = "[OPTIONS] CONTAINER",
        Summary = "Join our standard streams to those of a running container",
        Options = [NoStdin, SessionOptions.SigProxy, SessionOptions.DetachKeysOption],
        Arguments = ArgumentCount.Exactly(1),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var engine = await invocation.ConnectAsync(ct);
        var surroundings = invocation.Surroundings;
        var keys = SessionOptions.Keys(invocation);
        var container = await engine.Containers.InspectAsync(invocation.Arguments[0], ct);
        if (container.State is not { Running: true }) throw new CommandFailedException(1, "You cannot attach to a stopped container, start it first");
        if (container.State.Paused) throw new CommandFailedException(1, "You cannot attach to a paused container, unpause it first");
        if (container.State.Restarting) throw new CommandFailedException(1, "You cannot attach to a restarting container, wait until it is running");
        bool tty = container.Config!.Tty, stdin = !invocation.Get(NoStdin) && container.Config.OpenStdin;
        SessionOptions.RequireTerminal(invocation, stdin, tty);
        await using var wait = await engine.Containers.WaitAsync(container.Id, WaitCondition.NotRunning, ct);
        using var signals = invocation.Get(SessionOptions.SigProxy) && !tty
            ? new SignalForwarder(signal => engine.Containers.KillAsync(container.Id, signal, CancellationToken.None)) : null;
        await using var connection = await engine.Containers.AttachAsync(container.Id, new AttachQuery
        {
            Stdin = stdin, Stdout = true, Stderr = true, DetachKeys = invocation.Get(SessionOptions.DetachKeysOption),
        }, ct);
        using var monitor = tty && surroundings.OutputTerminal is { } terminal
            ? new WindowSizeMonitor(terminal, (rows, columns) => engine.Containers.ResizeAsync(container.Id, rows, columns, ct)) : null;
        if (monitor is not null)
        {
            // One size off and back: a change is what makes a shell or an editor draw itself again for us.
            var size = surroundings.OutputTerminal!.Size;
            await engine.Containers.ResizeAsync(container.Id, size.Rows + 1, size.Columns + 1, ct);
            await monitor.StartAsync();
        }
        var end = await new StdioSession
        {
            Connection = connection,
            Input = stdin ? surroundings.Input : null,
            Output = surroundings.Output.Out,
            Error = surroundings.Output.Error,
            Tty = tty,
            Terminal = surroundings.InputTerminal,
            DetachKeys = keys,
        }.RunAsync(ct);
        if (end == StdioEnd.Detached) throw new CommandFailedException(1, "read escape sequence");
        var result = await wait.ResultAsync(ct);
        return result.Error?.Message is { } error ? throw new CommandFailedException(1, error) : (int)result.StatusCode;
    }
}
