using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Children;
using Sampan.Linux.Native;
using Sampan.Runtime.Processes;
using Sampan.Runtime.Rootless;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime;

/// <summary>A container: created here, or found by its state directory.</summary>
public sealed partial class Container : IDisposable
{
    internal const string ConfigName = "config.json";
    private readonly StateDirectory _directory;
    private readonly ContainerState _state;

    private RuntimeSpec? _spec;

    internal Container(string id, RuntimeSpec? spec, StateDirectory directory, ContainerState state, ChildProcess? process, ICgroup cgroup, SafeFileHandle? console)
        => (Id, _spec, _directory, _state, Process, Cgroup, Console) = (id, spec, directory, state, process, cgroup, console);

    public string Id { get; }

    /// <summary>The config that it was made with.</summary>
    /// <exception cref="FaultException">NotFound: neither the state directory nor the bundle has it.</exception>
    public RuntimeSpec Spec => _spec ??= _directory.KeptConfig() ?? ReadSpec(Bundle);

    public string Bundle => _state.Bundle;

    /// <summary>Of its first process, in our pid namespace.</summary>
    public int Pid => _state.Pid;

    /// <summary>Its first process: our child when created here, which the caller reaps; null when it has ended before <see cref="ContainerRuntime.Open"/>.</summary>
    public ChildProcess? Process { get; }

    /// <summary>Our side of its terminal, when created here with one.</summary>
    public SafeFileHandle? Console { get; }

    public ICgroup Cgroup { get; }

    /// <summary>As it is now.</summary>
    public ContainerStatus Status
    {
        get
        {
            if (!IsAlive) return ContainerStatus.Stopped;
            if (Cgroup.IsFrozen) return ContainerStatus.Paused;
            return StartSocket.Exists(_directory.Handle) ? ContainerStatus.Created : ContainerStatus.Running;
        }
    }

    /// <summary>runtime.md § State, as it is now.</summary>
    public ContainerState State
    {
        get
        {
            ContainerStatus status = Status;
            return _state with
            {
                Status = status switch
                {
                    ContainerStatus.Created => "created",
                    ContainerStatus.Running => "running",
                    ContainerStatus.Paused => "paused",
                    _ => "stopped",
                },
                Pid = status == ContainerStatus.Stopped ? 0 : _state.Pid,
                InitStartTime = null,
                CgroupPath = null,
                CgroupsOfCreator = null,
                SystemdUnit = null,
                StandardStreams = null,
                LaterHooks = null,
            };
        }
    }

    private bool IsAlive => Process is { HasEnded: false };

    /// <summary>Lets the created process run its program.</summary>
    /// <exception cref="FaultException">Conflict: it was started before, is paused, or has ended; Internal: a hook failed (the process has ended then).</exception>
    public void Start()
    {
        // It would wait for a process that does not run.
        if (Cgroup.IsFrozen) throw new FaultException(FaultKind.Conflict, "cannot start a container in the paused state");
        try
        {
            if (!StartSocket.TryStart(_directory.Handle, Process, HandOverListener))
                throw new FaultException(FaultKind.Conflict, Status == ContainerStatus.Stopped ? "cannot start a container that has stopped"
                    : $"cannot start an already running container");
        }
        catch (ChildFailure e)
        {
            FaultException cause = ExecutableSearch.Explain(e, Spec.Process?.Args[0] ?? "");
            throw new FaultException(cause.Kind, $"unable to start container process: {cause.Message}", e);
        }
        try
        {
            // Its program runs or has run: that is what these hooks are told, also when it was quick. runtime.md § Lifecycle, 9
            if (MayHave("poststart")) new HookRun("poststart", Spec.Hooks?.Poststart).Run(State with { Status = "running", Pid = Pid });
        }
        catch
        {
            const int SIGKILL = 9;
            Process?.Signal(SIGKILL);
            AwaitEnd();
            throw;
        }
    }

    /// <summary>Sends a signal to the first process, or to every one in the cgroup.</summary>
    /// <exception cref="FaultException">Conflict: "container not running".</exception>
    public void Kill(int signal, bool all = false)
    {
        const int SIGKILL = 9;
        if (all)
        {
            if (signal == SIGKILL && Cgroup.Exists) Cgroup.KillAll();
            else
                foreach (int pid in Processes()) Libc.kill(pid, signal);
            return;
        }
        // Others may outlive the first process where they are in no pid namespace of its.
        if (signal == SIGKILL && !IsAlive && !HasOwnPidNamespace && Cgroup.Processes().Count > 0)
        {
            Cgroup.KillAll();
            return;
        }
        if (!IsAlive || Process?.Signal(signal) != true) throw new FaultException(FaultKind.Conflict, "container not running");
        // A frozen process dies only when it thaws; on cgroup v2 the kernel sees to that itself.
        if (signal == SIGKILL && Cgroup.IsFrozen) Cgroup.Thaw();
        // Without a pid namespace nobody else ends what the first process leaves behind.
        if (signal == SIGKILL && !HasOwnPidNamespace) Cgroup.KillAll();
    }

    /// <exception cref="FaultException">Conflict: it is neither created nor running.</exception>
    public void Pause()
    {
        if (Status is not (ContainerStatus.Running or ContainerStatus.Created)) throw new FaultException(FaultKind.Conflict, "container not running");
        Cgroup.Freeze();
    }

    /// <exception cref="FaultException">Conflict: it is not paused.</exception>
    public void Resume()
    {
        if (Status != ContainerStatus.Paused) throw new FaultException(FaultKind.Conflict, "container not paused");
        Cgroup.Thaw();
    }

    /// <summary>Changes limits of the cgroup; what is absent stays.</summary>
    public void Update(LinuxResources resources) => Cgroup.Apply(resources);

    /// <summary>Changes its class of cache and memory bandwidth; null stays.</summary>
    /// <exception cref="FaultException">NotSupported: this machine has none.</exception>
    public void UpdateRdt(string? cacheSchema, string? bandwidthSchema) => IntelRdtGroup.Update(Spec.Linux?.IntelRdt, Id, Pid, cacheSchema, bandwidthSchema);

    /// <summary>Pids of all its processes, in our pid namespace.</summary>
    public IReadOnlyList<int> Processes() => !Cgroup.Exists && HasOwnPidNamespace && IsAlive ? PidNamespaceMembers.Of(Pid) : Cgroup.Processes();

    /// <summary>Removes cgroup and state, then runs the poststop hooks, if the bundle is still there to name them. Idempotent.</summary>
    /// <param name="force">Kills what still runs.</param>
    /// <param name="warn">Hears of poststop hooks that failed: the container is gone nevertheless.</param>
    /// <exception cref="FaultException">Conflict: it still runs and <paramref name="force"/> is not set.</exception>
    public void Delete(bool force = false, Action<string>? warn = null)
    {
        ContainerStatus status = Status;
        // A created container was never started: nobody's work is lost. runc deletes it too.
        if (status is ContainerStatus.Running or ContainerStatus.Paused && !force)
            throw new FaultException(FaultKind.Conflict, $"cannot delete container {Id} that is not stopped: {State.Status}");
        bool isRemoved = false;
        if (status != ContainerStatus.Stopped)
        {
            const int SIGKILL = 9;
            Process?.Signal(SIGKILL);
            Cgroup.KillAll();
            if (status == ContainerStatus.Paused) Cgroup.Thaw();
            AwaitEnd();
        }
        else if (!(isRemoved = Cgroup.TryDeleteEmpty())) Cgroup.KillAll();
        if (!isRemoved) Cgroup.Delete(TimeSpan.FromSeconds(10));
        ContainerState stopped = State with { Status = "stopped", Pid = 0 };
        RemoveRdtGroup();
        IReadOnlyList<Hook>? hooks = MayHave("poststop") && HasConfig ? Spec.Hooks?.Poststop : null;
        _directory.Remove();
        if (hooks is not null) new HookRun("poststop", hooks).RunEach(stopped, warn);
    }

    public void Dispose()
    {
        _directory.Dispose();
        Process?.Dispose();
        Console?.Dispose();
    }

    /// <param name="config">Seen from the bundle.</param>
    internal static RuntimeSpec ReadSpec(string bundle, string config = ConfigName)
    {
        string path = Path.Combine(bundle, config);
        SafeFileHandle file = Files.TryOpenAt(null, path, OpenFlags.ReadOnly, 0, out Errno errno)
            ?? throw (errno == Errno.ENOENT ? new FaultException(FaultKind.NotFound, $"JSON specification file {config} not found in bundle '{bundle}'")
                : new LinuxException(errno, "open", $"cannot open '{path}'"));
        return ReadSpec(file, path);
    }

    /// <param name="file">Closed here.</param>
    internal static RuntimeSpec ReadSpec(SafeFileHandle file, string path)
    {
        using (file)
        {
            RuntimeSpec spec = RuntimeSpecReader.Read(Files.ReadAll(file, path));
            return InnerRuntime.IsThis ? InnerRuntime.Narrow(spec) : spec;
        }
    }

    internal static Container Open(StateDirectory directory, string id)
    {
        ContainerState state = directory.Read()
            ?? throw new FaultException(FaultKind.NotFound, $"container does not exist: '{id}' was never made whole; delete it with --force");
        return new Container(id, null, directory, state, Find(state), ContainerCgroup.Find(state), null);
    }

    /// <summary>Its first process, unless the number is a later process's.</summary>
    private static ChildProcess? Find(ContainerState state)
    {
        ChildProcess? found = ChildProcess.Find(state.Pid);
        // Looked at while we hold it, so the number cannot come to mean another one any more.
        if (found is null || ProcessStat.Read(state.Pid)?.StartTime == state.InitStartTime) return found;
        found.Dispose();
        return null;
    }

    private bool MayHave(string moment)
    {
        if (_state.LaterHooks is null) return true;
        foreach (string hook in _state.LaterHooks)
            if (hook == moment) return true;
        return false;
    }

    // Of a container made by a version that kept no copy the bundle may be gone.
    private bool HasConfig => _spec is not null || (_spec = _directory.KeptConfig()) is not null || File.Exists(Path.Combine(Bundle, ConfigName));

    private bool HasOwnPidNamespace => Spec.Linux?.Namespace("pid") is { Path: null or "" };

    private bool HasOwnMounts => Spec.Linux?.Namespace("mount") is { Path: null or "" };

    private void HandOverListener(SafeFileHandle listener, int pid) => SeccompAgent.Send(listener, pid, Spec.Linux, State);

    private void RemoveRdtGroup()
    {
        // A machine without resctrl has no groups; of a container that asked for none an update may have made one.
        if (File.Exists("/sys/fs/resctrl/tasks") && HasConfig) new IntelRdtGroup(Spec.Linux?.IntelRdt ?? new IntelRdt(), Id).Remove();
    }

    private unsafe void AwaitEnd()
    {
        if (Process is null) return;
        const int PatienceMs = 10_000;
        PollFd ended = new() { Fd = Process.Pidfd.Fd(), Events = PollFd.POLLIN };
        Libc.poll(&ended, 1, PatienceMs);
    }
}
