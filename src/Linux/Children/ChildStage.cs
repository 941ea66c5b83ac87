using Sampan.Linux.Native;

namespace Sampan.Linux.Children;

/// <summary>Runs a plan in a child between clone and exec. Only the cloning thread survives there, so a lock, a garbage collection or an
/// exception could wait for ever. Hence in this file: no allocation, no string, no throw, no try, no static field, no delegate, no generic;
/// only integers, pointers into the plan's unmanaged memory, and <see cref="RawSyscall"/>. docs/adr/0001.</summary>
internal static unsafe class ChildStage
{
    private const int SIG_DFL = 0, SIG_SETMASK = 2, SignalCount = 64, SIGCHLD = 17, SIGKILL = 9;
    private const int EINTR = 4, ENOENT = 2, EACCES = 13, EISDIR = 21, ETIMEDOUT = 110, EIO = 5;
    private const int X_OK = 1, AT_EACCESS = 0x200, S_IFMT = 0xF000, S_IFDIR = 0x4000;
    private const int ExitCodeOfFailure = 1;

    /// <summary>Never returns: the last step executes the program, or the child ends.</summary>
    internal static void Run(ChildPlanHeader* plan)
    {
        CloseOthers(plan->Descriptors);
        for (int i = 0; i < plan->StepCount; i++)
        {
            ChildStep* step = plan->Steps + i;
            nint result = step->Number >= 0 ? Call(plan, step) : Operate(plan, step);
            if (result < 0)
            {
                int errno = (int)-result;
                if (errno != step->Tolerated && errno != step->AlsoTolerated) Fail(plan, i, errno);
                i += step->SkipWhenTolerated;
                continue;
            }
            if (step->ResultSlot >= 0) plan->Report.Slots[step->ResultSlot] = result;
        }
        Exit(0);
    }

    private static void CloseOthers(int* kept)
    {
        nint next = 3;
        for (; *kept >= 0; kept++)
        {
            if (*kept > next) RawSyscall.Invoke(SyscallNumber.close_range, next, *kept - 1, 0);
            if (*kept >= next) next = *kept + 1;
        }
        RawSyscall.Invoke(SyscallNumber.close_range, next, unchecked((nint)uint.MaxValue), 0);
    }

    private static nint Call(ChildPlanHeader* plan, ChildStep* step)
        => RawSyscall.Invoke(step->Number, Argument(plan, step, 0), Argument(plan, step, 1), Argument(plan, step, 2),
            Argument(plan, step, 3), Argument(plan, step, 4), Argument(plan, step, 5));

    private static nint Argument(ChildPlanHeader* plan, ChildStep* step, int index)
    {
        long value = step->Arguments[index];
        return (nint)((step->SlotArguments & (1 << index)) != 0 ? plan->Report.Slots[value] : value);
    }

    private static nint Operate(ChildPlanHeader* plan, ChildStep* step) => (ChildOperation)step->Number switch
    {
        ChildOperation.ResetSignals => ResetSignals(step->Arguments[0]),
        ChildOperation.Report => Report(plan, (int)step->Arguments[0]),
        ChildOperation.AwaitParent => AwaitParent(plan, step->Arguments[0]),
        ChildOperation.AwaitStart => AwaitStart(plan, (nint)step->Arguments[0]),
        ChildOperation.FindExecutable => FindExecutable((byte**)step->Arguments[0], step->Arguments[1] != 0),
        ChildOperation.CheckWorkingDirectory => CheckWorkingDirectory(plan),
        ChildOperation.RunProgram => RunProgram(step),
        ChildOperation.Execute => Execute(plan, step),
        ChildOperation.EnterDirectoryUnless => plan->Report.Slots[step->Arguments[0]] == 0 ? 0 : RawSyscall.Invoke(SyscallNumber.chdir, (nint)step->Arguments[1]),
        ChildOperation.HandOverListener => HandOverListener(plan, step),
        ChildOperation.BeBornAgain => BeBornAgain(plan, step),
        _ => -ENOENT,
    };

    // CLONE_CLEAR_SIGHAND leaves ignored signals ignored (.NET ignores SIGPIPE), and a program expects none to be.
    private static nint ResetSignals(long ignored)
    {
        long* action = stackalloc long[4];   // struct kernel_sigaction: handler, flags, restorer, mask
        action[0] = SIG_DFL;
        action[1] = action[2] = action[3] = 0;
        for (int signal = 1; signal <= SignalCount; signal++)
            if ((ignored & (1L << (signal - 1))) != 0) RawSyscall.Invoke(SyscallNumber.rt_sigaction, signal, (nint)action, 0, sizeof(long));   // EINVAL for KILL and STOP
        return RawSyscall.Invoke(SyscallNumber.rt_sigprocmask, SIG_SETMASK, (nint)(action + 3), 0, sizeof(long));
    }

    private static nint Report(ChildPlanHeader* plan, int kind)
    {
        plan->Report.Kind = kind;
        return Send(plan);
    }

    private static nint Send(ChildPlanHeader* plan)
        => RawSyscall.Invoke(SyscallNumber.sendto, plan->Channel, (nint)(&plan->Report), sizeof(ChildReport), MSG_NOSIGNAL);

    private const int MSG_NOSIGNAL = 0x4000, MSG_CMSG_CLOEXEC = 0x40000000, SCM_RIGHTS = 1;

    private static nint AwaitParent(ChildPlanHeader* plan, long slot)
    {
        long* control = stackalloc long[3];   // struct cmsghdr: length (8), level (4), type (4), one descriptor (4)
        byte data = 0;
        long* vector = stackalloc long[2];
        vector[0] = (nint)(&data);
        vector[1] = 1;
        long* message = stackalloc long[7];   // struct msghdr
        message[0] = message[1] = 0;
        message[2] = (nint)vector;
        message[3] = 1;
        message[4] = (nint)control;
        message[5] = 3 * sizeof(long);
        message[6] = 0;
        control[0] = 0;
        nint got;
        do got = RawSyscall.Invoke(SyscallNumber.recvmsg, plan->Channel, (nint)message, MSG_CMSG_CLOEXEC);
        while (got == -EINTR);
        if (got <= 0) Exit(ExitCodeOfFailure);   // the parent is gone or gave up; nobody is there to be told
        if (slot >= 0 && message[5] >= 20 && ((int*)control)[3] == SCM_RIGHTS) plan->Report.Slots[slot] = ((int*)control)[4];
        return 0;
    }

    // Until its program runs, a signal that ends a program ends the waiting process. The first process of a pid namespace has no default
    // actions, so it looks for them itself: blocked they stay. pid_namespaces(7), signalfd(2)
    private static nint AwaitStart(ChildPlanHeader* plan, nint listener)
    {
        // HUP, INT, QUIT, USR1, USR2, ALRM, TERM: bit n - 1
        ulong ending = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 9 | 1 << 11 | 1 << 13 | 1 << 14, none = 0;
        nint result = RawSyscall.Invoke(SyscallNumber.rt_sigprocmask, SIG_SETMASK, (nint)(&ending), 0, sizeof(ulong));
        if (result < 0) return result;
        nint signals = RawSyscall.Invoke(SyscallNumber.signalfd4, -1, (nint)(&ending), sizeof(ulong), (nint)OpenFlags.CloseOnExec);
        if (signals < 0) return signals;
        result = AwaitConnection(plan, listener, signals);
        RawSyscall.Invoke(SyscallNumber.close, signals);
        if (result < 0) return result;
        return RawSyscall.Invoke(SyscallNumber.rt_sigprocmask, SIG_SETMASK, (nint)(&none), 0, sizeof(ulong));
    }

    private static nint AwaitConnection(ChildPlanHeader* plan, nint listener, nint signals)
    {
        const int SignalInfoSize = 128;   // struct signalfd_siginfo, which starts with the number
        PollFd* ends = stackalloc PollFd[2];
        int* info = stackalloc int[SignalInfoSize / sizeof(int)];
        while (true)
        {
            (ends[0].Fd, ends[0].Events) = ((int)listener, PollFd.POLLIN);
            (ends[1].Fd, ends[1].Events) = ((int)signals, PollFd.POLLIN);
            nint ready = RawSyscall.Invoke(SyscallNumber.poll, (nint)ends, 2, -1);
            if (ready == -EINTR) continue;
            if (ready < 0) return ready;
            if (ends[1].Revents != 0 && RawSyscall.Invoke(SyscallNumber.read, signals, (nint)info, SignalInfoSize) == SignalInfoSize)
                Exit(128 + info[0]);
            if (ends[0].Revents == 0) continue;
            nint connection = RawSyscall.Invoke(SyscallNumber.accept4, listener, 0, 0, (nint)OpenFlags.CloseOnExec);
            if (connection == -EINTR) continue;
            if (connection < 0) return connection;
            byte data;
            nint got;
            do got = RawSyscall.Invoke(SyscallNumber.read, connection, (nint)(&data), 1);
            while (got == -EINTR);
            if (got == 1)
            {
                RawSyscall.Invoke(SyscallNumber.close, listener);
                RawSyscall.Invoke(SyscallNumber.close, plan->Channel);
                plan->Channel = (int)connection;
                return 0;
            }
            RawSyscall.Invoke(SyscallNumber.close, connection);   // came and went: wait for the next
        }
    }

    // As execvp and Go's LookPath: EACCES is remembered, a directory is no program.
    private static nint FindExecutable(byte** candidates, bool isPath)
    {
        nint answer = -ENOENT;
        for (int i = 0; candidates[i] != null; i++)
        {
            nint access = RawSyscall.Invoke(SyscallNumber.faccessat2, Libc.AT_FDCWD, (nint)candidates[i], X_OK, AT_EACCESS);
            if (access == 0)
            {
                if (!IsDirectory(candidates[i])) return i;
                access = -EISDIR;
            }
            if (isPath) return access;   // its own errno tells the most
            if (access == -EACCES) answer = -EACCES;
        }
        return answer;
    }

    private static bool IsDirectory(byte* path)
    {
        Statx stat;
        return RawSyscall.Invoke(SyscallNumber.statx, Libc.AT_FDCWD, (nint)path, 0, (nint)Statx.BasicStats, (nint)(&stat)) == 0
            && (stat.Mode & S_IFMT) == S_IFDIR;
    }

    private static nint CheckWorkingDirectory(ChildPlanHeader* plan)
    {
        nint length = RawSyscall.Invoke(SyscallNumber.getcwd, (nint)plan->Scratch, ChildPlanHeader.ScratchSize);
        if (length < 0) return length;
        return plan->Scratch[0] == (byte)'/' ? 0 : -ENOENT;
    }

    // The filter is in force: read and write are what a profile cannot do without, and of what is notified nobody would know before it has the descriptor.
    private static nint HandOverListener(ChildPlanHeader* plan, ChildStep* step)
    {
        nint listener = (nint)plan->Report.Slots[step->Arguments[0]];
        plan->Report.Kind = ChildReport.HasListener;
        plan->Report.Value = (int)listener;
        nint written = RawSyscall.Invoke(SyscallNumber.write, plan->Channel, (nint)(&plan->Report), sizeof(ChildReport));
        if (written < 0) return written;
        byte data;
        nint got;
        do got = RawSyscall.Invoke(SyscallNumber.read, plan->Channel, (nint)(&data), 1);
        while (got == -EINTR);
        if (got <= 0) Exit(ExitCodeOfFailure);
        RawSyscall.Invoke(SyscallNumber.close, listener);
        return 0;
    }

    private static nint BeBornAgain(ChildPlanHeader* plan, ChildStep* step)
    {
        CloneArgs arguments = default;
        arguments.Flags = (ulong)step->Arguments[0] | CLONE_PARENT;   // its end is signalled as ours would be
        nint pid = RawSyscall.Invoke(SyscallNumber.clone3, (nint)(&arguments), sizeof(CloneArgs));
        if (pid < 0) return pid;
        if (pid == 0) return AwaitParent(plan, -1);   // until it has heard of us
        plan->Report.Value = (int)pid;
        Report(plan, (int)step->Arguments[1]);
        Exit(0);
        return 0;
    }

    private static nint RunProgram(ChildStep* step)
    {
        int pidfd = -1;
        CloneArgs arguments = default;
        arguments.Flags = CLONE_PIDFD;
        arguments.Pidfd = (ulong)(nint)(&pidfd);
        arguments.ExitSignal = SIGCHLD;
        nint pid = RawSyscall.Invoke(SyscallNumber.clone3, (nint)(&arguments), sizeof(CloneArgs));
        if (pid < 0) return pid;
        if (pid == 0)
        {
            RawSyscall.Invoke(SyscallNumber.dup3, (nint)step->Arguments[3], 0, 0);
            RawSyscall.Invoke(SyscallNumber.dup3, (nint)step->Arguments[5], 2, 0);
            RawSyscall.Invoke(SyscallNumber.execve, (nint)step->Arguments[0], (nint)step->Arguments[1], (nint)step->Arguments[2]);
            Exit(127);
        }
        PollFd ended = new() { Fd = pidfd, Events = PollFd.POLLIN };
        nint ready = RawSyscall.Invoke(SyscallNumber.poll, (nint)(&ended), 1, (nint)step->Arguments[4]);
        if (ready == 0) RawSyscall.Invoke(SyscallNumber.kill, pid, SIGKILL);
        int status = 0;
        nint reaped;
        do reaped = RawSyscall.Invoke(SyscallNumber.wait4, pid, (nint)(&status), 0, 0);
        while (reaped == -EINTR);
        RawSyscall.Invoke(SyscallNumber.close, pidfd);
        return ready == 0 ? -ETIMEDOUT : reaped < 0 ? reaped : status != 0 ? -(ChildReport.ExitStatuses + status) : 0;
    }

    private const ulong CLONE_PIDFD = 0x1000, CLONE_PARENT = 0x8000;

    private static nint Execute(ChildPlanHeader* plan, ChildStep* step)
    {
        byte** candidates = (byte**)step->Arguments[0];
        nint result = RawSyscall.Invoke(SyscallNumber.execve, (nint)candidates[plan->Report.Slots[step->Arguments[1]]],
            (nint)step->Arguments[2], (nint)step->Arguments[3]);
        ExecFailureText* text = (ExecFailureText*)step->Arguments[4];
        if (text == null) return result;
        // The container counts as started: its user reads the reason where the program would have written.
        RawSyscall.Invoke(SyscallNumber.write, 2, (nint)text->Prefix, text->PrefixLength);
        byte* reason = -result <= 40 ? text->Errors[-result] : text->Errors[EIO];
        RawSyscall.Invoke(SyscallNumber.write, 2, (nint)reason, LengthOf(reason));
        Exit(ExitCodeOfFailure);
        return result;
    }

    private static void Fail(ChildPlanHeader* plan, int step, int errno)
    {
        plan->Report.Kind = ChildReport.Failed;
        plan->Report.Value = step;
        plan->Report.Errno = errno;
        Send(plan);
        byte* description = plan->Steps[step].Description;
        RawSyscall.Invoke(SyscallNumber.sendto, plan->Channel, (nint)description, Math.Min(LengthOf(description), ChildReport.FailureTextSize), MSG_NOSIGNAL);
        if (plan->Steps[step].Number == (int)ChildOperation.RunProgram)
        {
            // A line of its own: what the program wrote to standard error.
            plan->Scratch[0] = (byte)'\n';
            nint length = RawSyscall.Invoke(SyscallNumber.pread64, (nint)plan->Steps[step].Arguments[5], (nint)(plan->Scratch + 1), ErrorTextSize, 0);
            if (length > 0) RawSyscall.Invoke(SyscallNumber.sendto, plan->Channel, (nint)plan->Scratch, length + 1, MSG_NOSIGNAL);
        }
        Exit(ExitCodeOfFailure);
    }

    private const int ErrorTextSize = 800;   // with the description within what the parent reads

    private static nint LengthOf(byte* text)
    {
        nint length = 0;
        while (text[length] != 0) length++;
        return length;
    }

    private static void Exit(int code)
    {
        while (true) RawSyscall.Invoke(SyscallNumber.exit_group, code);
    }
}
