using System.Globalization;
using System.Text.Json;
using Sampan.Engine.Containers;
using Sampan.Engine.Containers.Start;
using Sampan.Engine.Events;
using Sampan.Engine.Spec;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.ShimClient;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Engine.Execs;

/// <summary>Starts the process of an exec through the container's shim.</summary>
internal sealed class ExecStarter(ShimSockets sockets, EventLog events)
{
    /// <exception cref="FaultException">With the runtime's text; the exit code is kept for inspect.</exception>
    public async Task StartDetachedAsync(ExecSession session, ExecCreateRequest request, CancellationToken ct)
    {
        _ = await StartAsync(session, request with { AttachStdin = false, AttachStdout = false, AttachStderr = false }, connect: false, ct).ConfigureAwait(false);
    }

    /// <summary>Registers the process, connects to its stdio, lets it run.</summary>
    /// <exception cref="FaultException">As above.</exception>
    public async Task<AttachStream> StartAttachedAsync(ExecSession session, ExecCreateRequest request, CancellationToken ct) =>
        (await StartAsync(session, request, connect: true, ct).ConfigureAwait(false))!;

    private async Task<AttachStream?> StartAsync(ExecSession session, ExecCreateRequest request, bool connect, CancellationToken ct)
    {
        AttachStream? stream = null;
        try
        {
            var task = session.Container.Task
                ?? throw new FaultException(FaultKind.Conflict, $"container {session.Container.Id} is not running");
            await ByRuntimeAsync(task.ExecAsync(Describe(session, request), ct)).ConfigureAwait(false);
            if (connect)
                stream = await ConnectAsync(session, request, ct).ConfigureAwait(false);
            var ended = task.WaitAsync(session.Id, CancellationToken.None);
            events.Publish(session.Container, $"exec_start: {session.CommandLine}", ("execID", session.Id));
            var starting = task.StartAsync(session.Id, ct);
            await ByRuntimeAsync(starting).ConfigureAwait(false);
            session.Started(await starting.ConfigureAwait(false));
            _ = WatchAsync(session, task, ended);
            return stream;
        }
        catch (Exception error)
        {
            if (stream is not null)
                await stream.DisposeAsync().ConfigureAwait(false);
            if (error is FaultException fault)
            {
                session.Ended(StartFailure.ExitCode(fault) is var code and not 128 ? code : 126);
                Record(session);
                throw StartFailure.Describe(fault);
            }
            session.Ended(126);
            throw;
        }
    }

    private static async Task ByRuntimeAsync(Task call)
    {
        try
        {
            await call.ConfigureAwait(false);
        }
        catch (FaultException error)
        {
            throw StartFailure.FromRuntimeExec(error);
        }
    }

    private Task<AttachStream> ConnectAsync(ExecSession session, ExecCreateRequest request, CancellationToken ct) =>
        AttachClient.ConnectAsync(ShimLaunchOptions.AttachSocketOf(sockets.PathOf(session.Container.Id)), new AttachRequest
        {
            ExecId = session.Id,
            Stdin = request.AttachStdin,
            Stdout = request.AttachStdout,
            Stderr = request.AttachStderr && !request.Tty,
        }, ct);

    private static TaskExecRequest Describe(ExecSession session, ExecCreateRequest request)
    {
        var document = session.Container.Document;
        string user = request.User.Length > 0 ? request.User : document.Config.User;
        // The container's own view of its users, as it is now. /proc/PID/root stays inside its mount namespace.
        using var rootfs = RootDirectory.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/{session.Container.State.Pid}/root"));
        var process = ProcessSection.BuildExec(document, UserFiles.Resolve(rootfs, user, document.HostConfig.GroupAdd), request, document.Config.Hostname);
        return new TaskExecRequest
        {
            ExecId = session.Id,
            Terminal = request.Tty,
            Stdin = request.AttachStdin ? StdioUri.AttachOnce : "",
            Stdout = request.AttachStdout ? StdioUri.Attach : "",
            Stderr = request.AttachStderr && !request.Tty ? StdioUri.Attach : "",
            Process = JsonSerializer.SerializeToUtf8Bytes(process, RuntimeSpecJson.Default.ProcessSpec),
        };
    }

    /// <summary>Goes on with what an earlier daemon started, if it did; one it only created stays to be started.</summary>
    public async Task AdoptAsync(ExecSession session)
    {
        if (session.Container.Task is not { } task)
            return;
        try
        {
            var state = await task.StateAsync(session.Id, CancellationToken.None).ConfigureAwait(false);
            if (state.Status is ProcessStatus.Created)
            {
                // Its start did not come to its end: as if it had not begun.
                await task.DeleteAsync(session.Id, CancellationToken.None).ConfigureAwait(false);
                return;
            }
            session.TryBegin();
            session.Started(state.Pid);
            _ = WatchAsync(session, task, task.WaitAsync(session.Id, CancellationToken.None));
        }
        catch (FaultException error) when (error.Kind is FaultKind.NotFound)
        {
            // The shim does not know it: it was never started, or its start was never heard of.
        }
        catch (FaultException)
        {
            session.ContainerEnded();
        }
    }

    private async Task WatchAsync(ExecSession session, TaskClient task, Task<TaskExit> ended)
    {
        try
        {
            var exit = await ended.ConfigureAwait(false);
            session.Ended(exit.ExitStatus);
            Record(session);
            events.Publish(session.Container, "exec_die",
                ("execID", session.Id), ("exitCode", exit.ExitStatus.ToString(CultureInfo.InvariantCulture)));
            await task.DeleteAsync(session.Id, CancellationToken.None).ConfigureAwait(false);
        }
        catch (FaultException)
        {
            // The container has ended with it, and says so itself.
            session.ContainerEnded();
        }
    }

    /// <summary>Keeps how it ended. Health checks come this way too and are not kept.</summary>
    private static void Record(ExecSession session)
    {
        if (!session.Container.Execs.Contains(session))
            return;
        try
        {
            ExecStore.Save(session);
        }
        catch (Exception error) when (error is FaultException or IOException)
        {
            // The bundle has gone with the container, or its disk is full: the daemon that runs knows it all the same.
        }
    }
}
