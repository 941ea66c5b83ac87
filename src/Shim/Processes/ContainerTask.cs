using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Cgroups;
using Sampan.Runtime;
using Sampan.Shim.Containerd;
using Sampan.Shim.Loop;
using Sampan.Shim.Stdio;
using Sampan.ShimClient;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Shim.Processes;

/// <summary>The container of this shim with all its processes, from Create to Delete.</summary>
internal sealed class ContainerTask : IDisposable
{
    private const int SIGKILL = 9;

    private readonly EventLoop _loop;
    private readonly IEventSink _events;
    private readonly Dictionary<string, TaskProcess> _execs = [];
    private readonly Dictionary<string, ProcessSpec> _unstarted = []; // what each exec is to run, until it does
    private OomWatcher? _oom;
    private uint _oomStrikes;
    private (uint Known, Action<uint> Answer)? _awaitsOom; // one engine, one question
    private bool _paused;
    private Container? _container;
    private TaskRestoration? _restoration; // until its start, of a container that comes from a checkpoint

    public ContainerTask(EventLoop loop, IEventSink events, TaskCreateRequest request)
    {
        (_loop, _events, Id, Bundle) = (loop, events, request.Id, request.Bundle);
        var options = RuntimeOptions.Read(request.OptionsType, request.Options.Span);
        var stdio = new ProcessStdio(loop, new StdioRequest(request.Terminal, request.Stdin, request.Stdout, request.Stderr, IsExec: false));
        Init = new TaskProcess("", stdio);
        try
        {
            ContainerRuntime runtime = new(StateRoot(request.Bundle));
            CreateOptions creation = new()
            {
                Bundle = request.Bundle, Rootfs = request.Rootfs,
                NoPivot = options.NoPivotRoot, NoNewKeyring = options.NoNewKeyring, SystemdCgroup = options.SystemdCgroup,
                Stdin = stdio.ChildStdin, Stdout = stdio.ChildStdout, Stderr = stdio.ChildStderr,
            };
            _restoration = TaskRestoration.Of(runtime, request, creation, options);
            if (_restoration is null) Exists(runtime.Create(request.Id, creation));
        }
        catch
        {
            stdio.Dispose();
            throw;
        }
    }

    public string Id { get; }
    public string Bundle { get; }

    /// <exception cref="FaultException">Conflict: it comes from a checkpoint, and is not started.</exception>
    public Container Container => _container ?? throw new FaultException(FaultKind.Conflict, $"container '{Id}' has no process before its restore starts");
    public TaskProcess Init { get; }

    /// <summary>The container, where a call makes no sense once it has ended.</summary>
    /// <exception cref="FaultException">NotFound: it has ended, with containerd's words.</exception>
    public Container Running => Init.Exit is null ? Container : throw new FaultException(FaultKind.NotFound, "process already finished");

    /// <summary>The runtime's own state lies in the bundle, so that whoever removes the bundle leaves nothing.</summary>
    public static string StateRoot(string bundle) => $"{bundle}/runtime";

    /// <param name="execId">Empty: init.</param>
    /// <exception cref="FaultException">NotFound.</exception>
    public TaskProcess Find(string execId) => execId.Length == 0 ? Init
        : _execs.TryGetValue(execId, out var exec) ? exec
        : throw new FaultException(FaultKind.NotFound, $"process does not exist {execId}");

    public ProcessStatus StatusOf(TaskProcess process) =>
        _paused && process.Status == ProcessStatus.Running ? ProcessStatus.Paused : process.Status;

    public void AddExec(TaskExecRequest request)
    {
        if (_execs.ContainsKey(request.ExecId)) throw new FaultException(FaultKind.AlreadyExists, $"id {request.ExecId}");
        if (request.ExecId.Length == 0) throw new FaultException(FaultKind.InvalidArgument, "exec id must not be empty");
        if (Running is null || !Init.IsStarted) throw new FaultException(FaultKind.Conflict, $"cannot exec in container '{Id}': it is not running");
        _unstarted[request.ExecId] = RuntimeSpecReader.ReadProcess(request.Process.Span) with { Terminal = request.Terminal };
        _execs[request.ExecId] = new TaskProcess(request.ExecId,
            new ProcessStdio(_loop, new StdioRequest(request.Terminal, request.Stdin, request.Stdout, request.Stderr, IsExec: true)));
        _events.ExecAdded(Id, request.ExecId);
    }

    public TaskProcess Start(string execId)
    {
        var process = Find(execId);
        if (process.IsStarted || process.Exit is not null)
            throw new FaultException(FaultKind.Conflict, $"cannot start a {(process.Exit is null ? "running" : "stopped")} process");
        if (execId.Length == 0) StartInit();
        else StartExec(process);
        return process;
    }

    /// <param name="execId">Empty: init.</param>
    /// <param name="signal">Number.</param>
    /// <param name="all">Every process of the container.</param>
    public void Kill(string execId, int signal, bool all)
    {
        if (execId.Length > 0)
        {
            Find(execId).Signal(signal);
            return;
        }
        try
        {
            Running.Kill(signal, all);
        }
        catch (FaultException e) when (e.Kind == FaultKind.Conflict)
        {
            // It ended a moment ago and is not reaped yet.
            throw new FaultException(FaultKind.NotFound, "process already finished", e);
        }
    }

    /// <summary>Ends an init that still waits for its start, or failed to.</summary>
    public void EndUnstarted()
    {
        if (_container is null)
        {
            Init.NeverCreated();
            Init.Over();
            return;
        }
        try
        {
            Container.Kill(SIGKILL);
        }
        catch (FaultException e) when (e.Kind == FaultKind.Conflict)
        {
            // Its program could not be run: it has ended by itself and will be reaped.
        }
    }

    public void Pause()
    {
        Running.Pause();
        _paused = true;
        _events.Paused(Id);
    }

    public void Resume()
    {
        Running.Resume();
        _paused = false;
        _events.Resumed(Id);
    }

    /// <summary>Saves its processes by criu; with <see cref="TaskCheckpointRequest.Exit"/> they end, as of a signal.</summary>
    /// <exception cref="FaultException">NotFound: it has ended; NotSupported: no criu, or one that cannot; Internal: it failed.</exception>
    public void Checkpoint(TaskCheckpointRequest request)
    {
        TaskCheckpoint.Make(Running, Bundle, request);
        _events.Checkpointed(Id, request.Path);
    }

    /// <summary>Calls <paramref name="answer"/> with the number of times the OOM killer has struck since it is watched, when that exceeds
    /// <paramref name="known"/>; never when the container ends before.</summary>
    /// <exception cref="FaultException">NotFound: it has ended. NotSupported: the kernel does not tell.</exception>
    public void WhenOomExceeds(uint known, Action<uint> answer)
    {
        if (Running is null || !WatchOom()) throw new FaultException(FaultKind.NotSupported, "this kernel does not tell of its OOM killer");
        if (_oomStrikes > known) answer(_oomStrikes);
        else _awaitsOom = (known, answer);
    }

    /// <exception cref="FaultException">Conflict: it still runs.</exception>
    public TaskExit DeleteExec(string execId)
    {
        var exec = Find(execId);
        if (exec.IsStarted && !exec.IsOver) throw new FaultException(FaultKind.Conflict, $"cannot delete a running process {execId}");
        exec.Stdio.Dispose();
        _execs.Remove(execId);
        _unstarted.Remove(execId);
        return exec.Exit ?? new TaskExit { ExitStatus = 0, ExitedAt = DateTimeOffset.UnixEpoch };
    }

    /// <summary>A child is gone: one of ours, or an orphan that is nobody's.</summary>
    public void Reaped(int pid, ExitStatus status)
    {
        var process = Init.Pid == pid ? Init : null;
        foreach (var exec in _execs.Values)
            if (exec.Pid == pid && exec.Exit is null) process = exec;
        if (process is not { Exit: null }) return;
        process.Exited(status);
        if (process == Init) EndOthers();
        process.Stdio.Finish(() =>
        {
            if (process == Init) CleanUp();
            _events.Exited(Id, process.ExecId, process.Exit!);
            process.Over();
        });
    }

    public void Dispose()
    {
        _oom?.Dispose();
        foreach (var exec in _execs.Values) exec.Stdio.Dispose();
        Init.Stdio.Dispose();
        _container?.Dispose();
    }

    private void Exists(Container container)
    {
        _container = container;
        Init.Created(container.Process!); // never null of a container that was just made
        Init.Stdio.Begin(container.Console);
    }

    private void StartInit()
    {
        if (_restoration is null) Container.Start();
        else Exists(_restoration.Run());
        _restoration = null;
        Init.Started();
        _events.Started(Id, Init.Pid);
        _loop.After(TimeSpan.Zero, Settle); // after the answer: none of it is the starter's time
    }

    private void Settle()
    {
        if (_events.WantsOutOfMemory && Init.Exit is null)
            WatchOom();
        // From here on next to nothing is allocated: what reading the config and the creation left is given back, of every one of hundreds of shims.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    private bool WatchOom()
    {
        _oom ??= OomWatcher.TryWatch(_loop, Container.Cgroup, OomStruck);
        return _oom is not null;
    }

    private void OomStruck()
    {
        _oomStrikes++;
        _events.OutOfMemory(Id);
        if (_awaitsOom is not { } waiting || _oomStrikes <= waiting.Known) return;
        _awaitsOom = null;
        waiting.Answer(_oomStrikes);
    }

    private void StartExec(TaskProcess exec)
    {
        if (!_unstarted.TryGetValue(exec.ExecId, out var spec)) throw new FaultException(FaultKind.Conflict, "cannot start a process twice");
        var started = Running.Exec(new ExecOptions
        {
            Process = spec, Stdin = exec.Stdio.ChildStdin, Stdout = exec.Stdio.ChildStdout, Stderr = exec.Stdio.ChildStderr,
        });
        _unstarted.Remove(exec.ExecId);
        exec.Created(started.Process);
        exec.Started();
        exec.Stdio.Begin(started.Console);
        _events.ExecStarted(Id, exec.ExecId, exec.Pid);
    }

    // The kernel ends all of a pid namespace with its init. Without one of its own the container's others would live on.
    private void EndOthers()
    {
        if (!HasOwnPidNamespace) Try(() => Container.Kill(SIGKILL, all: true), "end the other processes of");
    }

    private bool HasOwnPidNamespace => Container.Spec.Linux?.Namespace("pid") is { Path: null or "" };

    // The record first: whatever happens to us afterwards, the exit is known.
    private void CleanUp()
    {
        Try(() => Init.NoteOom(Container.Cgroup.OomKills() > 0), "tell whether the OOM killer struck in");
        Try(() => ExitRecord.Write(Bundle, Init.Exit!), $"put the exit status {Init.Exit!.ExitStatus} on record for");
        _oom?.Dispose();
        _oom = null;
        Try(() => Container.Delete(force: true), "remove what is left of");
    }

    private void Try(Action action, string what)
    {
        try
        {
            action();
        }
        catch (FaultException e)
        {
            ShimLog.Write($"cannot {what} container '{Id}': {e.Message}");
        }
    }
}
