using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Children;
using Sampan.Linux.Native;
using Sampan.Linux.Netlink;
using Sampan.Runtime.Processes;
using Sampan.Runtime.Rootfs;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime;

/// <summary>From a checked config to a process that waits for its start. docs/flows/run.md tells the order; on failure all of it is undone.</summary>
internal sealed class ContainerCreation(string id, RuntimeSpec spec, CreateOptions options, StateDirectory directory)
{
    private readonly ProcessSpec _process = spec.Process!;
    private readonly DateTime _created = DateTime.UtcNow;
    private readonly IntelRdtGroup? _rdt = IntelRdtGroup.Of(spec, id);
    private Pty? _pty;

    internal Container Run()
    {
        FileLabel.Check(spec.Linux, options.Warn);
        if (options.Debug is not null && SeccompFilters.For(spec.Linux, directory.SeccompCache) is { } filter) options.Debug($"seccomp filter flags: {filter.Flags}");
        using ContainerCgroup place = ContainerCgroup.Make(id, spec, options, directory);
        ICgroup cgroup = place.Group;
        try
        {
            using RootMount root = RootMount.Open(options.Bundle, spec, options.Rootfs);
            using InitResources resources = Gather(cgroup, root);
            using InitPlan plan = new(spec, _process, options, resources);
            return Start(plan, resources, root, place);
        }
        catch
        {
            _pty?.Dispose();
            _rdt?.Remove();
            cgroup.Delete(TimeSpan.FromSeconds(5));
            throw;
        }
    }

    private InitResources Gather(ICgroup cgroup, RootMount root) => new()
    {
        Id = id,
        Namespaces = new NamespacePlan(spec.Linux),
        Cgroup = cgroup,
        Entrance = cgroup.OpenEntrance(),
        Proc = ProcessFileSystem.Open(),
        Streams = _process.Terminal == true ? null : new StandardStreams(options.Stdin, options.Stdout, options.Stderr, options.PreserveFds),
        StartSocket = StartSocket.Listen(directory.Handle),
        Seccomp = SeccompFilters.For(spec.Linux, directory.SeccompCache),
        CreateContainerHooks = new HookRun("createContainer", spec.Hooks?.CreateContainer),
        StartContainerHooks = new HookRun("startContainer", spec.Hooks?.StartContainer),
        Environment = ProcessEnvironment.Make(_process.Env, _process.User.Uid, root.Directory),
    };

    private Container Start(InitPlan plan, InitResources resources, RootMount root, ContainerCgroup place)
    {
        using PidNamespaceEntry? entry = resources.Namespaces.JoinedPid is { } joined ? new(joined) : null;
        Child child = Child.Start(plan.Steps, new BirthPlace(resources.Namespaces.ByClone, resources.Entrance.CloneInto));
        entry?.Dispose();
        try
        {
            Prepare(child, plan, resources, root, place.Group);
            child.Await(InitPlan.IsCreated);
            ContainerState state = State(child.Process.Pid, "created") with
            {
                InitStartTime = ProcessStat.Read(child.Process.Pid)?.StartTime,
                CgroupPath = place.Path,
                SystemdUnit = place.Unit,
                StandardStreams = resources.Streams?.Names,
                // Who looks for the container later need not be in the group that we are in.
                CgroupsOfCreator = place.Path is { } path && !path.StartsWith('/') ? ProcessCgroup.Text() : null,
            };
            directory.KeepConfig(Path.Combine(options.Bundle, options.Config));
            directory.Write(state);
            return new Container(id, spec, directory, state, child.Process, place.Group, _pty?.Master);
        }
        catch (ChildFailure e)
        {
            throw Explain(e, place.Group);
        }
        // A step of it failed while we were about to enter its namespaces.
        catch (LinuxException e) when (e.Errno == Errno.ESRCH)
        {
            throw Explain(child.LastWords(), place.Group);
        }
        catch
        {
            child.Abandon();
            throw;
        }
        finally
        {
            _pty?.Peer.Dispose();
            child.Dispose();
        }
    }

    /// <summary>Everything between the clone and the child's last wait that the parent does for it.</summary>
    private void Prepare(Child child, InitPlan plan, InitResources resources, RootMount root, ICgroup cgroup)
    {
        NamespacePlan namespaces = resources.Namespaces;
        if (namespaces.NeedsRebirth)
        {
            child.GoOn();
            child.AwaitRebirth(InitPlan.IsReborn);
        }
        if (namespaces.HasUser)
        {
            child.Await(InitPlan.WantsIdMaps);
            if ((namespaces.New & NamespaceKinds.User) != 0) IdMaps.Write(child.Process.Pid, spec.Linux!);
            else JoinedIdMaps.Check(child.Process.Pid, spec.Linux!);
            Rlimits.Set(child.Process.Pid, _process.Rlimits);
            child.GoOn();
        }
        MoveNetDevices(child.Process.Pid);
        _rdt?.Apply(child.Process.Pid);
        using RootfsBuilder builder = new(spec, options, root, namespaces, cgroup, plan.FileSystems, child.Process);
        bool hasHooks = HasHooksBeforePivot(resources);
        SafeFileHandle? tree = null;
        using (MountNamespaceVisit visit = new(child.Process))
        {
            builder.Attach();
            ReadOnlySpan<long> slots = child.Await(InitPlan.HasFileSystems);
            TimeOffsets.Write(child.Process.Pid, spec.Linux?.TimeOffsets);
            builder.Populate(child, slots);
            if (_process.Terminal == true) OpenTerminal(child.Process, root, builder, resources.Namespaces);
            builder.Seal();
            if (!hasHooks) tree = builder.Pivot();
        }
        resources.StartContainerHooks.WriteState(State(child.Process.Pid, "created"));
        if (hasHooks)
        {
            RunHooks(child, resources);
            using MountNamespaceVisit visit = new(child.Process);
            tree = builder.Pivot();
        }
        using (SafeFileHandle? ownNull = resources.Streams?.HasNull == true ? StandardStreams.OpenNull(root.Directory) : null)
            child.GoOn(_pty?.Peer ?? ownNull);
        if (options.NoPivot || tree is not null) child.GoOn(tree ?? root.Directory.Handle);
        tree?.Dispose();
    }

    private void MoveNetDevices(int pid)
    {
        if (spec.Linux?.NetDevices is not { Count: > 0 } devices) return;
        // A namespace that is joined is named: the process may be on its way there still.
        string place = spec.Linux.Namespace("network") is { Path: { Length: > 0 } joined } ? joined : $"/proc/{pid}/ns/net";
        using SafeFileHandle target = Files.Open(place, OpenFlags.ReadOnly);
        foreach ((string name, NetDevice device) in devices) LinkMove.Make(name, target, string.IsNullOrEmpty(device.Name) ? name : device.Name);
    }

    private void OpenTerminal(ChildProcess process, RootMount root, RootfsBuilder builder, NamespacePlan namespaces)
    {
        _pty = Pty.Open(root.Directory);
        if (_process.ConsoleSize is { } size) Pty.Resize(_pty.Master, size.Width, size.Height);
        TerminalOwner.Set(_pty, spec.Linux, _process.User);
        // In a user namespace its /dev takes files of nobody but its own users.
        using FileSystemIdentity? identity = FileSystemIdentity.AssumeRootOf(process, namespaces);
        builder.BindConsole(_pty);
    }

    private bool HasHooksBeforePivot(InitResources resources)
        => resources.CreateContainerHooks.Count > 0 || spec.Hooks is { Prestart.Count: > 0 } or { CreateRuntime.Count: > 0 };

    private void RunHooks(Child child, InitResources resources)
    {
        ContainerState state = State(child.Process.Pid, "creating");
        new HookRun("prestart", spec.Hooks?.Prestart).Run(state);
        new HookRun("createRuntime", spec.Hooks?.CreateRuntime).Run(state);
        if (resources.CreateContainerHooks.Count == 0) return;
        resources.CreateContainerHooks.WriteState(state);
        child.GoOn();
        child.Await(InitPlan.HasRunHooks);
    }

    private FaultException Explain(ChildFailure failure, ICgroup cgroup)
    {
        if (failure.Errno == Errno.None && cgroup.OomKills() > 0)
        {
            string limit = spec.Linux?.Resources?.Memory?.Limit is { } bytes ? $": linux.resources.memory.limit is {bytes} bytes" : "";
            return new FaultException(FaultKind.InvalidArgument, $"unable to start container process: container init was OOM-killed (memory limit too low?){limit}", failure);
        }
        FaultException cause = ExecutableSearch.Explain(failure, _process.Args[0]);
        return new FaultException(cause.Kind, $"unable to start container process: error during container init: {cause.Message}", failure);
    }

    private ContainerState State(int pid, string status) => NewState.Of(id, spec, options.Bundle, pid, status, _created);
}
