using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Children;
using Sampan.Linux.Native;
using Sampan.Runtime.Processes;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime;

public sealed partial class Container
{
    /// <summary>Starts one more process in the container: our child, which the caller reaps. Returns when it runs its program.</summary>
    /// <exception cref="FaultException">Conflict: the container does not run; NotFound, PermissionDenied: the program, in runc's words.</exception>
    public ContainerProcess Exec(ExecOptions options)
    {
        ProcessSpec process = options.Process;
        SpecValidator.Check(process);
        ContainerStatus status = Status;
        if (status == ContainerStatus.Stopped || Process is null) throw new FaultException(FaultKind.Conflict, "cannot exec in a stopped container");
        if (status == ContainerStatus.Paused && !options.IgnorePaused)
            throw new FaultException(FaultKind.Conflict, "cannot exec in a paused container (use --ignore-paused to override)");
        using RootDirectory root = RootDirectory.Open($"/proc/{Pid}/root");
        Pty? pty = process.Terminal == true ? Pty.Open(root) : null;
        try
        {
            if (pty is not null)
            {
                if (process.ConsoleSize is { } size) Pty.Resize(pty.Master, size.Width, size.Height);
                TerminalOwner.Set(pty, Spec.Linux, process.User);
            }
            using StandardStreams? streams = pty is null ? new(options.Stdin, options.Stdout, options.Stderr, options.PreserveFds) : null;
            using SafeFileHandle? ownNull = streams?.HasNull == true ? StandardStreams.OpenNull(root) : null;
            using CgroupEntrance entrance = Cgroup.OpenEntrance(options.Cgroup);
            using SafeFileHandle proc = ProcessFileSystem.Open();
            IReadOnlyList<string> environment = ProcessEnvironment.Make(process.Env, process.User.Uid, root);
            using ExecPlan plan = new(Spec, options, Process, entrance, proc, streams, ownNull, pty, SeccompFilters.For(Spec.Linux, _directory.SeccompCache), environment, HasOwnMounts ? null : root.Handle);
            using PidNamespaceEntry entry = new(Process.Pidfd);
            using CpuAffinity? affinity = CpuAffinity.Assume(process.ExecCPUAffinity?.Initial);
            using Child child = Start(plan, entrance, options);
            child.GoOn();
            child.AwaitProgram(HandOverListener);
            return new ContainerProcess(child.Process, pty?.Master);
        }
        catch (ChildFailure e)
        {
            pty?.Master.Dispose();
            FaultException cause = ExecutableSearch.Explain(e, process.Args[0]);
            throw new FaultException(cause.Kind, $"unable to start container process: {cause.Message}", e);
        }
        finally
        {
            pty?.Peer.Dispose();
        }
    }

    private Child Start(ExecPlan plan, CgroupEntrance entrance, ExecOptions options)
    {
        try
        {
            return Child.Start(plan.Steps, new BirthPlace(NamespaceKinds.None, entrance.CloneInto));
        }
        catch (LinuxException e) when (e.Errno == Errno.EBUSY && entrance.CloneInto is not null)
        {
            // The container has made groups of its own and handed controllers down: its own group takes no process any more.
            using CgroupEntrance beside = (options.Cgroup is null ? Cgroup.OpenEntranceBeside(Pid) : null)
                ?? throw new FaultException(FaultKind.Conflict, $"error adding pid of a new process to cgroups: write {Cgroup.Directories[""]}/cgroup.procs: device or resource busy", e);
            return Child.Start(plan.Steps, new BirthPlace(NamespaceKinds.None, beside.CloneInto));
        }
    }
}
