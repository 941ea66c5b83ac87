using System.Runtime.InteropServices;

namespace Sampan.Linux.Native;

public static unsafe partial class Libc
{
    public const int EPOLL_CLOEXEC = 0x80000;
    public const int EPOLL_CTL_ADD = 1;
    public const int EPOLL_CTL_DEL = 2;
    public const int EPOLL_CTL_MOD = 3;
    public const int SFD_NONBLOCK = 0x800;
    public const int SFD_CLOEXEC = 0x80000;
    public const int TFD_NONBLOCK = 0x800;
    public const int TFD_CLOEXEC = 0x80000;
    public const int CLOCK_MONOTONIC = 1;
    public const int SIG_BLOCK = 0;
    public const int SIG_SETMASK = 2;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_ctl(int epfd, int op, int fd, EpollEvent* @event);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_wait(int epfd, EpollEvent* events, int maxevents, int timeoutMs);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int signalfd(int fd, void* mask, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int timerfd_create(int clockid, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int timerfd_settime(int fd, int flags, TimerSetting* value, TimerSetting* old);

    [LibraryImport("libc")]
    public static partial int pthread_sigmask(int how, void* set, void* old);

    [LibraryImport("libc")]
    public static partial int sigaddset(void* set, int signum);

    [LibraryImport("libc")]
    public static partial int sigismember(void* set, int signum);
}

/// <summary>epoll_event of epoll_ctl(2): packed on x86-64.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct EpollEvent
{
    public uint Events;
    public ulong Data;
}

/// <summary>itimerspec of timerfd_create(2).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TimerSetting
{
    public long IntervalSeconds;
    public long IntervalNanoseconds;
    public long Seconds;
    public long Nanoseconds;
}
