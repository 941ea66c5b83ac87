using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Children;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Processes;

/// <summary>Steps that the first process of a container and a later one share.</summary>
internal static unsafe class ProcessPlan
{
    private const int TIOCSCTTY = 0x540E, CLOSE_RANGE_CLOEXEC = 4, KEYCTL_JOIN_SESSION_KEYRING = 1, IOPRIO_WHO_PROCESS = 1, IOPRIO_CLASS_SHIFT = 13;
    private const int PER_LINUX = 0, PER_LINUX32 = 8;

    /// <summary>Joins the cgroup: on v1 a process of one thread that writes "0" itself does not wait for the kernel's global lock.</summary>
    internal static void EnterCgroup(ChildPlan plan, IReadOnlyList<SafeFileHandle> tasks)
    {
        if (tasks.Count == 0) return;
        byte* zero = plan.Text("0");
        foreach (SafeFileHandle handle in tasks)
        {
            plan.Call("cannot enter the cgroup", SyscallNumber.write, handle, zero, 1);
            plan.Call("cannot enter the cgroup", SyscallNumber.close, handle);   // a created container waits long, and holds nothing of the host's
        }
    }

    internal static void AdjustOomScore(ChildPlan plan, SafeFileHandle proc, int? score)
    {
        if (score is null) return;
        Write(plan, $"cannot set oomScoreAdj {score}", proc, "self/oom_score_adj", $"{score}");
    }

    /// <summary>Opens, writes, closes a file of the host's procfs.</summary>
    internal static void Write(ChildPlan plan, string description, SafeFileHandle proc, string path, string value)
    {
        Slot file = ChildPlan.Scratch;
        plan.Call(description, SyscallNumber.openat, proc, plan.Text(path), (int)(OpenFlags.WriteOnly | OpenFlags.CloseOnExec)).Into(file);
        plan.Call(description, SyscallNumber.write, file, plan.Text(value), System.Text.Encoding.UTF8.GetByteCount(value));
        plan.Call(description, SyscallNumber.close, file);
    }

    internal static void SetRlimits(ChildPlan plan, IReadOnlyList<RlimitSpec>? rlimits)
    {
        foreach (RlimitSpec rlimit in rlimits ?? [])
        {
            Rlimit value = new() { Soft = rlimit.Soft, Hard = rlimit.Hard };
            plan.Call(Rlimits.Description(rlimit), SyscallNumber.prlimit64, 0, Rlimits.Number(rlimit.Type), plan.Copy<Rlimit>([value]), 0);
        }
    }

    internal static void SetScheduling(ChildPlan plan, ProcessSpec process, LinuxSpec? linux)
    {
        if (process.IoPriority is { } io)
        {
            int number = io.Class switch
            {
                "IOPRIO_CLASS_RT" => 1,
                "IOPRIO_CLASS_BE" => 2,
                "IOPRIO_CLASS_IDLE" => 3,
                _ => throw new FaultException(FaultKind.InvalidArgument, $"unknown process.ioPriority.class '{io.Class}'"),
            };
            plan.Call("cannot set the IO priority", SyscallNumber.ioprio_set, IOPRIO_WHO_PROCESS, 0, (number << IOPRIO_CLASS_SHIFT) | io.Priority);
        }
        if (process.Scheduler is { } scheduler) Scheduling.Add(plan, scheduler, linux?.Resources?.Cpu?.Cpus);
    }

    internal static void SetPersonality(ChildPlan plan, Personality? personality)
    {
        if (personality is null) return;
        if (personality.Flags is { Count: > 0 }) throw new FaultException(FaultKind.NotSupported, "linux.personality.flags is not supported; remove it");
        int domain = personality.Domain switch
        {
            "LINUX" => PER_LINUX,
            "LINUX32" => PER_LINUX32,
            _ => throw new FaultException(FaultKind.InvalidArgument, $"unknown linux.personality.domain '{personality.Domain}': expected LINUX or LINUX32"),
        };
        plan.Call("cannot set the personality", SyscallNumber.personality, domain);
    }

    internal static void EnterRoot(ChildPlan plan, StepArgument root)
    {
        plan.Call("cannot enter the root", SyscallNumber.fchdir, root);
        plan.Call("cannot enter the root", SyscallNumber.chroot, plan.Text("."));
    }

    internal static void JoinNewKeyring(ChildPlan plan, string name)
        => plan.Call("cannot join a new session keyring", SyscallNumber.keyctl, KEYCTL_JOIN_SESSION_KEYRING, plan.Text(name)).Tolerating(Errno.ENOSYS);

    /// <summary>A terminal becomes the controlling one and all three descriptors.</summary>
    internal static void TakeTerminal(ChildPlan plan, StepArgument terminal)
    {
        plan.Call("cannot take the controlling terminal", SyscallNumber.ioctl, terminal, TIOCSCTTY, 0);
        for (int standard = 0; standard < 3; standard++) plan.Call("cannot set standard input and output", SyscallNumber.dup3, terminal, standard, 0);
    }

    /// <summary>The user owns the descriptors, so that /dev/stdout can be opened again; what cannot be owned (a socket, /dev/null) stays.</summary>
    /// <param name="ownNull">Takes the place of /dev/null: <see cref="StandardStreams.OpenNull"/>.</param>
    internal static void TakeStandardStreams(ChildPlan plan, StandardStreams streams, StepArgument ownNull, uint uid)
    {
        for (int standard = 0; standard < 3; standard++)
        {
            plan.Call("cannot set standard input and output", SyscallNumber.dup3, streams.IsNull(standard) ? ownNull : streams[standard], standard, 0);
            if (!streams.IsNull(standard))
                plan.Call("cannot own standard input and output", SyscallNumber.fchown, standard, (long)uid, -1L).Tolerating(Errno.EINVAL, Errno.EPERM);
        }
    }

    internal static void CloseOthersOnExec(ChildPlan plan, int preserved)
    {
        plan.Keep(3, preserved);
        plan.Call("cannot close other descriptors", SyscallNumber.close_range, 3 + preserved, (long)uint.MaxValue, CLOSE_RANGE_CLOEXEC);
    }

    /// <summary>Changes to the directory twice: as root, who may enter what the user may not, and when that is refused (NFS, root_squash) as the user;
    /// then looks where it is (CVE-2024-21626).</summary>
    internal static void EnterWorkingDirectory(ChildPlan plan, string cwd, Action addIdentity)
    {
        string description = $"chdir to cwd (\"{cwd}\") set in config.json failed";
        Slot entered = plan.EnterDirectory(description, cwd, Errno.EACCES, Errno.EPERM);
        addIdentity();
        plan.EnterDirectoryUnless(entered, description, cwd);
        plan.CheckWorkingDirectory(description);
    }
}
