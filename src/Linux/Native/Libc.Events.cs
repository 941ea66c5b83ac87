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
    public const int SIG_BLOCK = 0, SIG_UNBLOCK = 1;
    public const int CLOCK_REALTIME = 0;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_ctl(int epfd, int op, int fd, EpollEvent* @event);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_wait(int epfd, EpollEvent* events, int maxevents, int timeoutMs);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int signalfd(int fd, void* mask, int flags);

    // A clock is read without a system call (vdso(7)): a transition of the collector would cost more than the call.
    [LibraryImport("libc")]
    [SuppressGCTransition]
    public static partial int clock_gettime(int clock, TimeSpec* time);

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

/// <summary>timespec(3).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TimeSpec
{
    public long Seconds;
    public long Nanoseconds;
}
