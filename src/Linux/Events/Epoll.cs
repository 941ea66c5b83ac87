using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux.Events;

/// <summary>One event became true: the token given when the descriptor was added, and what happened.</summary>
public readonly record struct ReadyDescriptor(int Token, EpollInterest Events);

/// <summary>An epoll(7) instance. Tokens are the caller's; a descriptor leaves by <see cref="Remove"/> or by being closed everywhere.</summary>
public sealed unsafe class Epoll : IDisposable
{
    private readonly SafeFileHandle _handle;

    /// <exception cref="LinuxException">epoll_create1(2): EMFILE.</exception>
    public Epoll()
    {
        int fd = Libc.epoll_create1(Libc.EPOLL_CLOEXEC);
        if (fd < 0) throw LinuxException.FromLastError("epoll_create1", "cannot make an event queue");
        _handle = new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <returns>False when the descriptor is of a kind that is always ready (a regular file, EPERM).</returns>
    /// <exception cref="LinuxException">epoll_ctl(2).</exception>
    public bool Add(SafeFileHandle descriptor, int token, EpollInterest interest)
        => Control(Libc.EPOLL_CTL_ADD, descriptor, token, interest);

    /// <exception cref="LinuxException">epoll_ctl(2).</exception>
    public void Change(SafeFileHandle descriptor, int token, EpollInterest interest)
        => Control(Libc.EPOLL_CTL_MOD, descriptor, token, interest);

    /// <exception cref="LinuxException">epoll_ctl(2).</exception>
    public void Remove(SafeFileHandle descriptor) => Control(Libc.EPOLL_CTL_DEL, descriptor, 0, EpollInterest.None);

    /// <summary>Waits until something is ready or the time is over.</summary>
    /// <param name="ready">Filled from its start.</param>
    /// <param name="timeoutMs">−1: without limit.</param>
    /// <returns>How many are ready; 0 after the time or a signal.</returns>
    /// <exception cref="LinuxException">epoll_wait(2).</exception>
    public int Wait(Span<ReadyDescriptor> ready, int timeoutMs)
    {
        int most = Math.Min(ready.Length, 64);
        EpollEvent* events = stackalloc EpollEvent[most];
        int count = Libc.epoll_wait(_handle.Fd(), events, most, timeoutMs);
        if (count < 0)
        {
            if (LinuxException.LastError == Errno.EINTR) return 0;
            throw LinuxException.FromLastError("epoll_wait", "cannot wait for events");
        }
        for (int i = 0; i < count; i++) ready[i] = new((int)events[i].Data, (EpollInterest)events[i].Events);
        return count;
    }

    public void Dispose() => _handle.Dispose();

    private bool Control(int operation, SafeFileHandle descriptor, int token, EpollInterest interest)
    {
        EpollEvent settings = new() { Events = (uint)interest, Data = (ulong)token };
        if (Libc.epoll_ctl(_handle.Fd(), operation, descriptor.Fd(), &settings) == 0) return true;
        if (operation == Libc.EPOLL_CTL_ADD && LinuxException.LastError == Errno.EPERM) return false;
        throw LinuxException.FromLastError("epoll_ctl", $"cannot watch descriptor {descriptor.Fd()}");
    }
}
