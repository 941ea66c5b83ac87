using Sampan.Cli.Grammar;
using Sampan.Cli.Streams;
using Sampan.EngineClient;
using Sampan.Faults;

namespace Sampan.Cli.Containers;

internal static class StartCommand
{
    private static readonly Option<bool> Attach = Options.Switch("attach", 'a', "Show what it writes, and pass signals on");
    private static readonly Option<bool> Interactive = Options.Switch("interactive", 'i', "Attach its stdin");
    private static readonly Option<string> Checkpoint = Options.Text("checkpoint", '\0', "Restore from this checkpoint", unsupported: true);
    private static readonly Option<string> CheckpointDir = Options.Text("checkpoint-dir", '\0', "Where the checkpoints are", unsupported: true);

    public static Command Define() => new()
    {
        Name = "start",
        Aliases = ["container start", "start"],
        Synopsis = "[OPTIONS] CONTAINER [CONTAINER...]",
        Summary = "Start stopped containers",
        Options = [Attach, Interactive, Checkpoint, CheckpointDir, SessionOptions.DetachKeysOption],
        Arguments = ArgumentCount.AtLeast(1),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var engine = await invocation.ConnectAsync(ct);
        if (invocation.Get(Attach) || invocation.Get(Interactive))
        {
            if (invocation.Arguments.Count > 1) throw new CommandFailedException(1, "you cannot start and attach multiple containers at once");
            return await StartAttachedAsync(engine, invocation, ct);
        }
        var failed = new List<string>();
        foreach (string container in invocation.Arguments)
        {
            try
            {
                await engine.Containers.StartAsync(container, detachKeys: null, ct);
                invocation.Output.WriteLine(container);
            }
            catch (EngineException refusal)
            {
                invocation.Output.WriteErrorLine("Error response from daemon: " + refusal.Message);
                failed.Add(container);
            }
        }
        return failed.Count == 0 ? 0 : throw new CommandFailedException(1, "Error: failed to start containers: " + string.Join(", ", failed));
    }

    private static async Task<int> StartAttachedAsync(EngineApiClient engine, Invocation invocation, CancellationToken ct)
    {
        var surroundings = invocation.Surroundings;
        var keys = SessionOptions.Keys(invocation);
        var container = await engine.Containers.InspectAsync(invocation.Arguments[0], ct);
        bool tty = container.Config!.Tty, stdin = invocation.Get(Interactive) && container.Config.OpenStdin;
        using var signals = tty ? null : new SignalForwarder(signal => engine.Containers.KillAsync(container.Id, signal, CancellationToken.None));
        await using var connection = await engine.Containers.AttachAsync(container.Id, new AttachQuery
        {
            Stdin = stdin, Stdout = true, Stderr = true, DetachKeys = invocation.Get(SessionOptions.DetachKeysOption),
        }, ct);
        using var left = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var session = new StdioSession
        {
            Connection = connection,
            Input = stdin ? surroundings.Input : null,
            Output = surroundings.Output.Out,
            Error = surroundings.Output.Error,
            Tty = tty,
            Terminal = surroundings.InputTerminal,
            DetachKeys = keys,
        }.RunAsync(left.Token);
        var condition = container.HostConfig!.AutoRemove ? WaitCondition.Removed : WaitCondition.NextExit;
        await using var wait = await engine.Containers.WaitAsync(container.Id, condition, ct);
        try
        {
            await engine.Containers.StartAsync(container.Id, detachKeys: null, ct);
        }
        catch (FaultException)
        {
            await left.CancelAsync();
            await session.ContinueWith(_ => { }, TaskScheduler.Default);   // our terminal back first
            throw;
        }
        using var monitor = tty && surroundings.OutputTerminal is { } terminal
            ? new WindowSizeMonitor(terminal, (rows, columns) => engine.Containers.ResizeAsync(container.Id, rows, columns, ct)) : null;
        if (monitor is not null) await monitor.StartAsync();
        return await session == StdioEnd.Detached ? 0 : (int)(await wait.ResultAsync(ct)).StatusCode;
    }
}
