using Sampan.Cli.Grammar;
using Sampan.Cli.Streams;
using Sampan.EngineClient;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Containers;

internal static class RunCommand
{
    /// <summary>Shell's codes for a command that cannot be executed, and one that is not there.</summary>
    private const int NotExecutable = 126, NotThere = 127;
    private static readonly Option<bool> Detach = Options.Switch("detach", 'd', "Leave it in the background and print its id");

    public static Command Define() => new()
    {
        Name = "run",
        Aliases = ["container run", "run"],
        Synopsis = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
        Summary = "Make a container of an image and start it",
        Options = [.. CreationOptions.All, Detach, SessionOptions.SigProxy, SessionOptions.DetachKeysOption],
        Interspersed = false,
        Arguments = ArgumentCount.AtLeast(1),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var request = ContainerCreation.ReadRequest(invocation);
        bool detach = invocation.Get(Detach);
        if (!detach) SessionOptions.RequireTerminal(invocation, request.AttachStdin, request.Tty);
        else if (invocation.Has(Creation.ContainerOptionTable.Attach))
            throw new CommandFailedException(1, "conflicting options: cannot specify both --attach and --detach");
        else request = InBackground(request);
        var keys = SessionOptions.Keys(invocation);
        if (invocation.Surroundings.OutputTerminal?.Size is { } size)
            request = request with { HostConfig = request.HostConfig! with { ConsoleSize = [size.Rows, size.Columns] } };
        try
        {
            var engine = await invocation.ConnectAsync(ct);
            string id = await ContainerCreation.CreateAsync(engine, invocation, request, ct);
            using var signals = invocation.Get(SessionOptions.SigProxy) && !detach
                ? new SignalForwarder(signal => engine.Containers.KillAsync(id, signal, CancellationToken.None)) : null;
            return await StartAsync(engine, invocation, request, id, keys, ct);
        }
        catch (FaultException fault)
        {
            string message = fault is EngineException ? "Error response from daemon: " + fault.Message : fault.Message;
            throw new CommandFailedException(ExitCodeOf(fault.Message), ContainerCreation.WithHelp(invocation, message));
        }
        catch (CommandFailedException failure) when (failure.ExitCode == 1)
        {
            throw new CommandFailedException(ContainerCreation.EngineFault, ContainerCreation.WithHelp(invocation, failure.Message));
        }
    }

    private static async Task<int> StartAsync(EngineApiClient engine, Invocation invocation, ContainerCreateRequest request, string id, DetachKeys keys, CancellationToken ct)
    {
        if (!request.AttachStdin && !request.AttachStdout && !request.AttachStderr)
        {
            invocation.Output.WriteLine(id);
            await engine.Containers.StartAsync(id, detachKeys: null, ct);
            return 0;
        }
        var surroundings = invocation.Surroundings;
        // Both before the start: nothing the container says and no exit, however quick, is missed.
        await using var connection = await engine.Containers.AttachAsync(id, new AttachQuery
        {
            Stdin = request.AttachStdin,
            Stdout = request.AttachStdout,
            Stderr = request.AttachStderr,
            DetachKeys = invocation.Get(SessionOptions.DetachKeysOption),
        }, ct);
        using var left = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var session = new StdioSession
        {
            Connection = connection,
            Input = request.AttachStdin ? surroundings.Input : null,
            Output = request.AttachStdout ? surroundings.Output.Out : null,
            Error = request.AttachStderr ? (request.Tty ? surroundings.Output.Out : surroundings.Output.Error) : null,
            Tty = request.Tty,
            Terminal = surroundings.InputTerminal,
            DetachKeys = keys,
        }.RunAsync(left.Token);
        var condition = request.HostConfig!.AutoRemove ? WaitCondition.Removed : WaitCondition.NextExit;
        await using var wait = await engine.Containers.WaitAsync(id, condition, ct);
        try
        {
            await engine.Containers.StartAsync(id, detachKeys: null, ct);
        }
        catch (FaultException)
        {
            await left.CancelAsync();
            await session.ContinueWith(_ => { }, TaskScheduler.Default);   // our terminal back first; its own end does not matter now
            if (condition == WaitCondition.Removed) await wait.ResultAsync(ct);
            throw;
        }
        using var monitor = request.Tty && surroundings.OutputTerminal is { } terminal
            ? new WindowSizeMonitor(terminal, (rows, columns) => engine.Containers.ResizeAsync(id, rows, columns, ct)) : null;
        if (monitor is not null) await monitor.StartAsync();
        var result = wait.ResultAsync(ct);
        if (!request.AttachStdout && !request.AttachStderr)
        {
            // Only input is attached: the container's end is the end, even while we still could type.
            if (await Task.WhenAny(session, result) == session && await session == StdioEnd.Detached) return 0;
            await left.CancelAsync();
        }
        else if (await session == StdioEnd.Detached)
        {
            return 0;
        }
        return ExitCodeOf(await result, invocation);
    }

    /// <summary>Nothing is attached, so no client's leaving can end its input either.</summary>
    internal static ContainerCreateRequest InBackground(ContainerCreateRequest request) =>
        request with { AttachStdin = false, AttachStdout = false, AttachStderr = false, StdinOnce = false };

    private static int ExitCodeOf(ContainerWaitResponse result, Invocation invocation)
    {
        if (result.Error?.Message is not { } error) return (int)result.StatusCode;
        invocation.Output.WriteErrorLine("Error waiting for container: " + error);
        return ContainerCreation.EngineFault;
    }

    /// <summary>The engine's text tells whose fault it was: scripts rely on 126 and 127.</summary>
    private static int ExitCodeOf(string message)
    {
        if (message.Contains("executable file not found", StringComparison.Ordinal) || message.Contains("no such file or directory", StringComparison.Ordinal)) return NotThere;
        if (message.Contains("permission denied", StringComparison.Ordinal) || message.Contains("is a directory", StringComparison.Ordinal)) return NotExecutable;
        return ContainerCreation.EngineFault;
    }
}
