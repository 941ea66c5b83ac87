using System.Collections.Concurrent;
using Sampan.Engine.Containers;
using Sampan.Engine.Events;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Execs;

/// <summary><c>docker exec</c>: create, start, inspect, resize.</summary>
public sealed class ExecService
{
    private const long KeptMilliseconds = 10 * 60 * 1000;   // Docker: five to ten minutes
    private readonly ContainerIndex _index;
    private readonly ExecStarter _starter;
    private readonly EventLog _events;
    private readonly ConcurrentDictionary<string, ExecSession> _sessions = new(StringComparer.Ordinal);

    internal ExecService(ContainerIndex index, ExecStarter starter, EventLog events) => (_index, _starter, _events) = (index, starter, events);

    /// <returns>The exec's id.</returns>
    /// <exception cref="FaultException">NotFound; Conflict: the container does not run; InvalidArgument: no command.</exception>
    public string Create(string container, ExecCreateRequest request)
    {
        var target = GetRunning(container);
        if (request.Cmd is not { Count: > 0 })
            throw new FaultException(FaultKind.InvalidArgument, "No exec command specified");
        Attach.DetachKeys.Parse(request.DetachKeys);
        ForgetEnded(target);
        var session = new ExecSession(ContainerId.Create(), target, request);
        Add(session);
        ExecStore.Save(session);
        _events.Publish(target, $"exec_create: {session.CommandLine}", ("execID", session.Id));
        return session.Id;
    }

    /// <returns>Null when it was started detached; else the stream, which starts it when it runs.</returns>
    /// <exception cref="FaultException">NotFound; Conflict: started before, or the container does not run. When detached: whatever made the start fail.</exception>
    public async Task<ExecAttachment?> StartAsync(string execId, ExecStartRequest request, CancellationToken ct)
    {
        var session = Get(execId);
        var target = GetRunning(session.Container.Id);
        if (session.HasEnded)
            throw new FaultException(FaultKind.Conflict, $"exec command has already run: {execId}");
        if (!session.TryBegin())
            throw new FaultException(FaultKind.Conflict, $"exec command {execId} is already running");
        bool attached = !request.Detach && (session.Request.AttachStdin || session.Request.AttachStdout || session.Request.AttachStderr);
        var run = session.Request with { ConsoleSize = request.ConsoleSize ?? session.Request.ConsoleSize };
        if (attached)
            return new ExecAttachment(session, run, raw: request.Tty, _starter);
        await _starter.StartDetachedAsync(session, run, ct).ConfigureAwait(false);
        return null;
    }

    /// <exception cref="FaultException">NotFound.</exception>
    public ExecInspect Inspect(string execId)
    {
        var session = Get(execId);
        var request = session.Request;
        return new ExecInspect
        {
            Id = session.Id,
            Running = session.Running,
            ExitCode = session.ExitCode,
            Pid = session.Pid,
            ContainerID = session.Container.Id,
            OpenStdin = request.AttachStdin,
            OpenStdout = request.AttachStdout,
            OpenStderr = request.AttachStderr,
            CanRemove = false,
            DetachKeys = request.DetachKeys,
            ProcessConfig = new ExecProcessConfig
            {
                Tty = request.Tty,
                Entrypoint = request.Cmd![0],
                Arguments = [.. request.Cmd.Skip(1)],
                Privileged = request.Privileged,
                User = request.User,
            },
        };
    }

    /// <exception cref="FaultException">NotFound; Conflict: not running.</exception>
    public async Task ResizeAsync(string execId, int height, int width, CancellationToken ct)
    {
        var session = Get(execId);
        if (!session.Running || session.Container.Task is not { } task)
            throw new FaultException(FaultKind.Conflict, $"Exec {execId} is not running");
        await task.ResizePtyAsync(execId, width, height, ct).ConfigureAwait(false);
    }

    /// <summary>Takes over the execs of a running container that an earlier daemon left.</summary>
    internal async Task AdoptAsync(Container container)
    {
        foreach (var (id, document) in ExecStore.Load(container))
        {
            var session = new ExecSession(id, container, document.Request);
            if (document.ExitCode is { } exitCode)
            {
                session.TryBegin();
                session.Ended(exitCode);
            }
            else
                await _starter.AdoptAsync(session).ConfigureAwait(false);
            Add(session);
        }
    }

    private void Add(ExecSession session)
    {
        _sessions[session.Id] = session;
        session.Container.AddExec(session);
    }

    /// <summary>Of a container that runs for months and is asked for its health by exec, not every one can be kept: ended ones can be inspected for a while.</summary>
    private void ForgetEnded(Container container)
    {
        foreach (var session in container.Execs)
        {
            if (session.EndedAt is not { } ended || Environment.TickCount64 - ended < KeptMilliseconds)
                continue;
            container.RemoveExec(session.Id);
            _sessions.TryRemove(session.Id, out _);
            ExecStore.Delete(session);
        }
    }

    /// <summary>Forgets the execs of a container that has ended or is gone.</summary>
    internal void Forget(Container container)
    {
        foreach (var session in container.Execs)
        {
            container.RemoveExec(session.Id);
            _sessions.TryRemove(session.Id, out _);
        }
    }

    private ExecSession Get(string execId)
    {
        if (!_sessions.TryGetValue(execId, out var session))
            throw new FaultException(FaultKind.NotFound, $"No such exec instance: {execId}");
        return session;
    }

    private Container GetRunning(string nameOrId)
    {
        var container = _index.Get(nameOrId);
        return container.State.Status switch
        {
            ContainerStatus.Running => container,
            ContainerStatus.Paused => throw new FaultException(FaultKind.Conflict, $"container {nameOrId} is paused, unpause the container before exec"),
            ContainerStatus.Restarting => throw new FaultException(FaultKind.Conflict, $"container {nameOrId} is restarting, wait until the container is running"),
            _ => throw new FaultException(FaultKind.Conflict, $"container {container.Id} is not running"),
        };
    }
}
