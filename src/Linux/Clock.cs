using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>The wall clock at the kernel's own resolution; DateTime counts in 100 ns.</summary>
public static unsafe class Clock
{
    /// <summary>Since the epoch, in UTC. clock_gettime(2) CLOCK_REALTIME</summary>
    public static (long Seconds, int Nanoseconds) RealTime()
    {
        TimeSpec time;
        Libc.clock_gettime(Libc.CLOCK_REALTIME, &time);
        return (time.Seconds, (int)time.Nanoseconds);
    }
}
