using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux.Events;

/// <summary>A timer that becomes readable when its time is over, on the monotonic clock. timerfd_create(2)</summary>
public sealed unsafe class TimerDescriptor : IDisposable
{
    /// <exception cref="LinuxException">timerfd_create(2): EMFILE.</exception>
    public TimerDescriptor()
    {
        int fd = Libc.timerfd_create(Libc.CLOCK_MONOTONIC, Libc.TFD_NONBLOCK | Libc.TFD_CLOEXEC);
        if (fd < 0) throw LinuxException.FromLastError("timerfd_create", "cannot make a timer");
        Handle = new SafeFileHandle(fd, ownsHandle: true);
    }

    public SafeFileHandle Handle { get; }

    /// <summary>Fires once after <paramref name="delay"/>; <see cref="TimeSpan.Zero"/> stops the timer.</summary>
    public void Set(TimeSpan delay)
    {
        TimerSetting setting = new()
        {
            Seconds = delay.Ticks / TimeSpan.TicksPerSecond,
            Nanoseconds = delay.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick,
        };
        if (Libc.timerfd_settime(Handle.Fd(), 0, &setting, null) < 0)
            throw LinuxException.FromLastError("timerfd_settime", $"cannot set a timer to {delay}");
    }

    /// <summary>Takes the expiry, so that the descriptor is no longer readable.</summary>
    public void Take()
    {
        ulong count;
        Libc.read(Handle.Fd(), &count, sizeof(ulong));
    }

    public void Dispose() => Handle.Dispose();
}
