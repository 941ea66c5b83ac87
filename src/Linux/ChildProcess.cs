using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>How a process ended.</summary>
/// <param name="Code">0 to 255, or the number of the signal.</param>
public readonly record struct ExitStatus(bool Signaled, int Code)
{
    /// <summary>As a shell reports it: the exit code, or 128 plus the signal.</summary>
    public int ShellCode => Signaled ? 128 + Code : Code;

    /// <summary>"exit status 1", "signal: killed": Go's words, which users of runc know.</summary>
    public string Text => !Signaled ? $"exit status {Code}" : Code switch
    {
        6 => "signal: aborted",
        9 => "signal: killed",
        11 => "signal: segmentation fault",
        15 => "signal: terminated",
        31 => "signal: bad system call",
        _ => $"signal: {Code}",
    };
}

/// <summary>A process held by its pidfd: the number cannot come to mean another process while this lives.</summary>
public sealed unsafe class ChildProcess(int pid, SafeFileHandle pidfd) : IDisposable
{
    public int Pid { get; } = pid;

    /// <summary>Becomes readable (poll) when the process has ended. pidfd_open(2).</summary>
    public SafeFileHandle Pidfd { get; } = pidfd;

    /// <summary>For a process that need not be our child: all but <see cref="Wait"/> work then.</summary>
    /// <returns>Null when there is no such process.</returns>
    /// <exception cref="LinuxException">pidfd_open(2), other than ESRCH.</exception>
    public static ChildProcess? Find(int pid)
    {
        nint fd = Libc.syscall(SyscallNumber.pidfd_open, pid);
        if (fd >= 0) return new ChildProcess(pid, new SafeFileHandle(fd, ownsHandle: true));
        return LinuxException.LastError is Errno.ESRCH or Errno.EINVAL ? null
            : throw LinuxException.FromLastError("pidfd_open", $"cannot watch process {pid}");
    }

    /// <returns>False when the process is gone.</returns>
    /// <exception cref="LinuxException">pidfd_send_signal(2): EPERM, EINVAL.</exception>
    public bool Signal(int signal)
    {
        if (Libc.syscall(SyscallNumber.pidfd_send_signal, Pidfd.Fd(), signal) == 0) return true;
        return LinuxException.LastError == Errno.ESRCH ? false
            : throw LinuxException.FromLastError("pidfd_send_signal", $"cannot send signal {signal} to process {Pid}");
    }

    /// <summary>True when all its threads have ended, whether it was reaped or not; also when whoever reaped it has let go of it.</summary>
    public bool HasEnded
    {
        get
        {
            if (Pidfd.IsClosed) return true;
            PollFd ended = new() { Fd = Pidfd.Fd(), Events = PollFd.POLLIN };
            return Libc.poll(&ended, 1, 0) > 0;
        }
    }

    /// <summary>Takes a copy of one of its descriptors.</summary>
    /// <exception cref="LinuxException">pidfd_getfd(2).</exception>
    public SafeFileHandle Take(long descriptor)
    {
        nint fd = Libc.syscall(SyscallNumber.pidfd_getfd, Pidfd.Fd(), (nint)descriptor);
        if (fd < 0) throw LinuxException.FromLastError("pidfd_getfd", $"cannot take descriptor {descriptor} of process {Pid}");
        return new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>Blocks until the child has ended and reaps it.</summary>
    /// <exception cref="LinuxException">waitid(2): ECHILD when it is not our child or was reaped.</exception>
    public ExitStatus Wait() => TryReap(block: true)!.Value;

    /// <summary>Reaps the child if it has ended; null if it still runs.</summary>
    /// <exception cref="LinuxException">waitid(2): ECHILD when it is not our child or was reaped.</exception>
    public ExitStatus? TryReap() => TryReap(block: false);

    /// <summary>Reaps one child of this process that has ended, whichever; null when none has, or there is none.</summary>
    public static (int Pid, ExitStatus Status)? TryReapAny()
    {
        SignalInfo info = default;
        if (Libc.waitid(Libc.P_ALL, 0, &info, Libc.WEXITED | Libc.WNOHANG) < 0 || info.Pid == 0) return null;
        return (info.Pid, new ExitStatus(info.Code != SignalInfo.CLD_EXITED, info.Status));
    }

    public void Dispose() => Pidfd.Dispose();

    private ExitStatus? TryReap(bool block)
    {
        SignalInfo info = default;
        int options = Libc.WEXITED | (block ? 0 : Libc.WNOHANG);
        while (Libc.waitid(Libc.P_PIDFD, Pidfd.Fd(), &info, options) < 0)
            if (LinuxException.LastError != Errno.EINTR)
                throw LinuxException.FromLastError("waitid", $"cannot wait for process {Pid}");
        return info.Pid == 0 ? null : new ExitStatus(info.Code != SignalInfo.CLD_EXITED, info.Status);
    }
}
