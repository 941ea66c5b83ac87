using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Children;
using Sampan.Linux.Native;
using Sampan.Runtime.Processes;
using Sampan.Runtime.Rootfs;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime;

/// <summary>From a checked config to a process that waits for its start. docs/flows/run.md tells the order; on failure all of it is undone.</summary>
internal sealed class ContainerCreation(string id, RuntimeSpec spec, CreateOptions options, StateDirectory directory)
{
    private readonly ProcessSpec _process = spec.Process!;
    private readonly DateTime _created = DateTime.UtcNow;
    private Pty? _pty;

    internal Container Run()
    {
        (ICgroup cgroup, string? cgroupPath) = ContainerCgroup.Make(id, spec, options);
        try
        {
            using RootMount root = RootMount.Open(options.Bundle, spec, options.Rootfs);
            using InitResources resources = Gather(cgroup, root);
            using InitPlan plan = new(spec, _process, options, resources);
            return Start(plan, resources, root, cgroup, cgroupPath);
        }
        catch
        {
            _pty?.Dispose();
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
        Streams = _process.Terminal == true ? null : new StandardStreams(options.Stdin, options.Stdout, options.Stderr, options.PreserveFds),
        StartSocket = StartSocket.Listen(directory.Handle),
        Seccomp = SeccompFilters.For(spec.Linux, directory.SeccompCache),
        CreateContainerHooks = new HookRun("createContainer", spec.Hooks?.CreateContainer),
        StartContainerHooks = new HookRun("startContainer", spec.Hooks?.StartContainer),
        Environment = HomeDirectory.AddTo(_process.Env ?? [], _process.User.Uid, root.Directory),
    };

    private Container Start(InitPlan plan, InitResources resources, RootMount root, ICgroup cgroup, string? cgroupPath)
    {
        using PidNamespaceEntry? entry = resources.Namespaces.JoinedPid is { } joined ? new(joined) : null;
        Child child = Child.Start(plan.Steps, new BirthPlace(resources.Namespaces.ByClone, resources.Entrance.CloneInto));
        entry?.Dispose();
        try
        {
            Prepare(child, plan, resources, root, cgroup);
            child.Await(InitPlan.IsCreated);
            ContainerState state = State(child.Process.Pid, "created") with
            {
                InitStartTime = ProcessStat.Read(child.Process.Pid)?.StartTime,
                CgroupPath = cgroupPath,
            };
            directory.Write(state);
            return new Container(id, spec, directory, state, child.Process, cgroup, _pty?.Master);
        }
        catch (ChildFailure e)
        {
            throw Explain(e);
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
        if (resources.Namespaces.HasUser)
        {
            child.Await(InitPlan.WantsIdMaps);
            IdMaps.Write(child.Process.Pid, spec.Linux!);
            Rlimits.Set(child.Process.Pid, _process.Rlimits);
            child.GoOn();
        }
        RootfsBuilder builder = new(spec, options.Bundle, root, resources.Namespaces, cgroup, plan.FileSystems);
        bool hasHooks = HasHooksBeforePivot(resources);
        using (MountNamespaceVisit visit = new(child.Process))
        {
            builder.Attach();
            ReadOnlySpan<long> slots = child.Await(InitPlan.HasFileSystems);
            TimeOffsets.Write(child.Process.Pid, spec.Linux?.TimeOffsets);
            builder.Populate(child, slots);
            if (_process.Terminal == true) OpenTerminal(root, builder, resources.Namespaces);
            builder.Seal();
            if (!hasHooks) builder.Pivot(options.NoPivot);
        }
        resources.StartContainerHooks.WriteState(State(child.Process.Pid, "created"));
        if (hasHooks)
        {
            RunHooks(child, resources);
            using MountNamespaceVisit visit = new(child.Process);
            builder.Pivot(options.NoPivot);
        }
        child.GoOn(_pty?.Peer);
        if (options.NoPivot) child.GoOn(root.Directory.Handle);
    }

    private void OpenTerminal(RootMount root, RootfsBuilder builder, NamespacePlan namespaces)
    {
        _pty = Pty.Open(root.Directory);
        if (_process.ConsoleSize is { } size) Pty.Resize(_pty.Master, size.Width, size.Height);
        TerminalOwner.Set(_pty, spec.Linux, _process.User);
        // In a user namespace its /dev takes files of nobody but its own users.
        using FileSystemIdentity? identity = FileSystemIdentity.AssumeRootOf(spec.Linux, namespaces);
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

    private FaultException Explain(ChildFailure failure)
    {
        FaultException cause = ExecutableSearch.Explain(failure, _process.Args[0]);
        return new FaultException(cause.Kind, $"unable to start container process: {cause.Message}", failure);
    }

    private ContainerState State(int pid, string status) => new()
    {
        Id = id,
        Status = status,
        Pid = pid,
        Bundle = options.Bundle,
        Rootfs = Path.GetFullPath(spec.Root!.Path, options.Bundle),
        Created = _created,
        Annotations = spec.Annotations,
    };
}
