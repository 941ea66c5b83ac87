using Sampan.Faults;
using Sampan.Linux.Sockets;
using Sampan.Shim.Attach;
using Sampan.Shim.Containerd;
using Sampan.Shim.Loop;
using Sampan.Shim.Ports;
using Sampan.Shim.Processes;
using Sampan.Shim.Rpc;
using Sampan.Shim.Stdio;
using Sampan.ShimClient;

namespace Sampan.Shim;

/// <summary>A serving shim: the sockets it listens on, its clients, its one container, and when all of it is over.</summary>
public sealed class ShimHost
{
    // An engine that was killed between starting us and its first call leaves nothing to wait for.
    private static readonly TimeSpan FirstCall = TimeSpan.FromSeconds(30);

    private readonly ShimOptions _options;
    private readonly EventLoop _loop = new();
    private readonly IEventSink _events;
    private readonly TaskService _service;
    private readonly HashSet<TtrpcConnection> _engines = [];
    private readonly HashSet<AttachConnection> _clients = [];
    private readonly List<IDisposable> _ports = [];
    private ContainerTask? _task;
    private bool _ending;

    private ShimHost(ShimOptions options)
    {
        _options = options;
        _events = options.Events is { Address.Length: > 0 } service ? new EventForwarder(_loop, service) : new NoEvents();
        _service = new TaskService(this);
    }

    /// <summary>Serves until the container is gone and nobody needs its shim any more. SIGCHLD and SIGPIPE must be blocked in every thread.</summary>
    public static void Run(ShimOptions options) => new ShimHost(options).Run();

    internal bool HasTask => _task is not null;

    /// <exception cref="FaultException">NotFound: there is no container, with containerd's words.</exception>
    internal ContainerTask Task => _task ?? throw new FaultException(FaultKind.NotFound, "container not created");

    internal ContainerTask CreateTask(TaskCreateRequest request)
    {
        if (_task is not null) throw new FaultException(FaultKind.AlreadyExists, $"container '{_task.Id}' exists already");
        _task = new ContainerTask(_loop, _events, request);
        _events.Created(request, _task.Init.Pid);
        _task.Init.WhenOver(ReleasePorts); // before anybody learns of the end: a restart takes the same ports again
        _task.Init.WhenOver(EndIfUnneeded);
        return _task;
    }

    /// <param name="deleted">Called when it is gone: at once, or when a container that was only created has been killed.</param>
    /// <exception cref="FaultException">Conflict: it runs.</exception>
    internal void DeleteTask(Action<TaskExit> deleted)
    {
        var task = Task;
        if (task.Init is { IsStarted: true, Exit: null }) throw new FaultException(FaultKind.Conflict, "cannot delete a running process");
        if (task.Init.Exit is null) task.EndUnstarted();
        task.Init.WhenOver(() =>
        {
            if (_task != task) return; // two callers
            _task = null;
            task.Dispose();
            _events.Deleted(task.Id, task.Init.Exit!);
            deleted(task.Init.Exit!);
        });
    }

    /// <summary>Ends once there is no container; with one the request is forgotten, as containerd's own shims do.</summary>
    internal void Shutdown()
    {
        if (_task is null) End();
    }

    private void Run()
    {
        using var reaper = new Reaper(_loop, (pid, status) => _task?.Reaped(pid, status));
        Acceptor.Start(_loop, _options.TaskSocket, socket => _engines.Add(new TtrpcConnection(_loop, socket, _service.Handle, Closed)));
        if (_options.AttachSocket is { } attach) Acceptor.Start(_loop, attach, socket => _clients.Add(new AttachConnection(_loop, socket, FindStdio, Closed)));
        foreach (var listener in _options.Listeners) _ports.Add(PortRelay.Start(_loop, listener));
        if (_options.Events is null) _loop.After(FirstCall, EndIfUnneeded);
        _loop.Run();
        StreamSocket.Unlink(_options.TaskSocket);
        if (_options.AttachSocket is not null) StreamSocket.Unlink(_options.AttachSocket);
    }

    private void ReleasePorts()
    {
        foreach (var port in _ports) port.Dispose();
        _ports.Clear();
    }

    private ProcessStdio FindStdio(string execId)
    {
        var process = Task.Find(execId);
        return process.Exit is null ? process.Stdio
            : throw new FaultException(FaultKind.NotFound, execId.Length == 0 ? $"container '{Task.Id}' has ended" : $"exec '{execId}' has ended");
    }

    private void Closed(TtrpcConnection engine)
    {
        _engines.Remove(engine);
        EndIfUnneeded();
    }

    private void Closed(AttachConnection client)
    {
        _clients.Remove(client);
        if (_ending) End();
    }

    /// <summary>Our own engine finds the exit on record when it comes back: nobody needs a shim without a container and without a caller.</summary>
    private void EndIfUnneeded()
    {
        if (_options.Events is null && _engines.Count == 0 && _task is not { Init.IsOver: false }) End();
    }

    // Not before the attached clients have taken the last output; each leaves by itself or is left by its client.
    private void End()
    {
        _ending = true;
        if (_clients.Count == 0) _events.WhenSent(_loop.End);
    }
}
