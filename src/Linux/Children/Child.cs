using System.Runtime;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux.Children;

/// <summary>Where a child is born.</summary>
/// <param name="Namespaces">New ones; made by the clone itself.</param>
/// <param name="Cgroup">Directory of a cgroup v2, or null to stay in ours.</param>
public readonly record struct BirthPlace(NamespaceKinds Namespaces, SafeFileHandle? Cgroup);

/// <summary>A child that walks a <see cref="ChildPlan"/>, and the socket to it.</summary>
public sealed unsafe class Child : IDisposable
{
    private const ulong CLONE_PIDFD = 0x1000, CLONE_CLEAR_SIGHAND = 0x100000000, CLONE_INTO_CGROUP = 0x200000000;
    private const ulong SIGCHLD = 17;
    private const int Allowance = 1024 * 1024;   // bytes that all threads together may allocate during a clone, of some 100 µs
    private static readonly Lock s_collectionGate = new();   // a process has one no-collection region at a time
    private readonly SafeFileHandle _channel;

    private Child(ChildProcess process, SafeFileHandle channel) => (Process, _channel) = (process, channel);

    public ChildProcess Process { get; private set; }

    /// <summary>Clones. The plan must outlive the child's last report.</summary>
    /// <exception cref="LinuxException">clone(2): EPERM without the capabilities, ENOSPC or EUSERS when a namespace limit is reached, EAGAIN at a pids limit.</exception>
    public static Child Start(ChildPlan plan, BirthPlace place)
    {
        (SafeFileHandle ours, SafeFileHandle theirs) = ChildChannel.Pair();
        using (theirs)
        {
            ChildPlanHeader* header = (ChildPlanHeader*)plan.Allocate(sizeof(ChildPlanHeader));
            *header = new ChildPlanHeader
            {
                Steps = plan.Steps,
                StepCount = plan.StepCount,
                Channel = theirs.Fd(),
                Scratch = plan.Allocate(ChildPlanHeader.ScratchSize),
                Descriptors = plan.Descriptors(theirs.Fd()),
            };
            new Span<long>(header->Report.Slots, ChildReport.SlotCount).Fill(-1);
            CloneArgs arguments = new()
            {
                Flags = (ulong)place.Namespaces | CLONE_PIDFD | CLONE_CLEAR_SIGHAND | (place.Cgroup is null ? 0 : CLONE_INTO_CGROUP),
                ExitSignal = SIGCHLD,
                Cgroup = place.Cgroup is null ? 0 : (ulong)place.Cgroup.Fd(),
            };
            ChildProcess? process;
            while ((process = CloneWithoutCollection(&arguments, header, place)) is null) ChildChannel.Drain(ours);   // a child given up may have reported
            return new Child(process, ours);
        }
    }

    /// <summary>The child's copy of the runtime must not believe that a garbage collection is under way: nobody would ever end it there, and the first
    /// poll for it would wait for ever. So collections are held off, and when one came nevertheless (other threads allocated more than the
    /// allowance meanwhile) this child is not trusted: it is killed and another is made. So a plan may do nothing that lasts before its first <see cref="ChildPlan.AwaitParent"/>.</summary>
    /// <returns>Null when it has to be done again.</returns>
    private static ChildProcess? CloneWithoutCollection(CloneArgs* arguments, ChildPlanHeader* header, BirthPlace place)
    {
        lock (s_collectionGate)
        {
            int pidfd = -1;
            arguments->Pidfd = (ulong)(nint)(&pidfd);
            // The second call makes room by a collection first.
            if (!GC.TryStartNoGCRegion(Allowance, disallowFullBlockingGC: true)) GC.TryStartNoGCRegion(Allowance);
            bool heldBefore = GCSettings.LatencyMode == GCLatencyMode.NoGCRegion;
            nint pid = heldBefore ? Clone(arguments, header) : 0;
            bool heldAfter = heldBefore && TryEndRegion();
            if (!heldBefore) return null;
            if (pid < 0) throw new LinuxException((Errno)(int)-pid, "clone3", $"cannot make a process with new namespaces ({Namespaces.FileNames(place.Namespaces)})");
            ChildProcess process = new((int)pid, new SafeFileHandle(pidfd, ownsHandle: true));
            if (heldAfter) return process;
            Kill(process);
            process.Dispose();
            return null;
        }
    }

    /// <returns>False when a collection has ended the region before.</returns>
    private static bool TryEndRegion()
    {
        try
        {
            GC.EndNoGCRegion();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Waits until the child has come to its next report.</summary>
    /// <returns>The slots as they are there.</returns>
    /// <exception cref="ChildFailure">A step failed, or the child ended. It has been reaped then.</exception>
    public ReadOnlySpan<long> Await(int kind)
    {
        ChildReport report = Receive(kind);
        return new ReadOnlySpan<long>(report.Slots, ChildReport.SlotCount).ToArray();
    }

    /// <summary>What a child that is gone said before: the reason of what its parent stumbled over. It has been reaped then.</summary>
    public ChildFailure LastWords()
    {
        ChildReport report;
        while (ChildChannel.TryReceive(_channel, &report, out string failure))
        {
            if (report.Kind != ChildReport.Failed) continue;
            Process.Wait();
            return new ChildFailure((Errno)report.Errno, failure);
        }
        ExitStatus status = Process.Wait();
        return new ChildFailure(Errno.None, $"the new process ended {(status.Signaled ? "by signal" : "with code")} {status.Code} before it ran its program");
    }

    /// <summary>Waits until the child has been born again (<see cref="ChildPlan.BeBornAgain"/>): from then on the sibling is the child.</summary>
    /// <exception cref="ChildFailure">A step failed, or the child ended. It has been reaped then.</exception>
    public void AwaitRebirth(int kind)
    {
        ChildReport report = Receive(kind);
        ChildProcess first = Process;
        first.Wait();
        // Nobody but us reaps it, so the number is still its own.
        Process = ChildProcess.Find(report.Value) ?? throw new ChildFailure(Errno.ESRCH, "cannot find the new process");
        first.Dispose();
        GoOn();
    }

    private ChildReport Receive(int kind)
    {
        ChildReport report;
        if (!ChildChannel.TryReceive(_channel, &report, out string failure))
        {
            ExitStatus status = Process.Wait();
            throw new ChildFailure(Errno.None, status.Signaled
                ? $"the new process was killed by signal {status.Code} before it ran its program"
                : $"the new process ended with code {status.Code} before it ran its program");
        }
        if (report.Kind == ChildReport.Failed)
        {
            Process.Wait();
            throw new ChildFailure((Errno)report.Errno, failure);
        }
        if (report.Kind != kind) throw new InvalidOperationException($"the child is at {report.Kind}, not at {kind}");
        return report;
    }

    /// <summary>Waits until the child runs its program: execve has closed its end of the socket.</summary>
    /// <exception cref="ChildFailure">A step failed, or the child ended first. It has been reaped then.</exception>
    /// <param name="handover">Is given the seccomp listener, if there is one.</param>
    public void AwaitProgram(ListenerHandover? handover = null)
    {
        if (ChildChannel.TryAwaitProgram(_channel, Process, handover) is not { } failure) return;
        Process.Wait();
        throw failure;
    }

    /// <summary>Lets the child go on; <paramref name="descriptor"/> goes with it (SCM_RIGHTS).</summary>
    public void GoOn(SafeFileHandle? descriptor = null) => ChildChannel.Send(_channel, descriptor);

    /// <summary>Takes a copy of one of the child's descriptors.</summary>
    /// <exception cref="LinuxException">pidfd_getfd(2).</exception>
    public SafeFileHandle Take(long descriptor) => Process.Take(descriptor);

    /// <summary>Ends the child, whatever it is doing, and reaps it.</summary>
    public void Abandon() => Kill(Process);

    private static void Kill(ChildProcess process)
    {
        const int SIGKILL = 9;
        process.Signal(SIGKILL);
        process.Wait();
    }

    /// <summary>Closes the socket; the process lives on.</summary>
    public void Dispose() => _channel.Dispose();

    // Not inlined: between the two returns of clone3 lies only this frame.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Clone(CloneArgs* arguments, ChildPlanHeader* plan)
    {
        nint pid = RawSyscall.Invoke(SyscallNumber.clone3, (nint)arguments, sizeof(CloneArgs));
        if (pid == 0) ChildStage.Run(plan);
        return pid;
    }
}
