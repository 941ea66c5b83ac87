using Sampan.Faults;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Events;
using Sampan.Shim.Loop;

namespace Sampan.Shim.Processes;

/// <summary>Tells each time the kernel's OOM killer strikes in a cgroup.</summary>
internal sealed class OomWatcher : IDisposable
{
    private const int Looks = 25;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    private readonly EventLoop _loop;
    private readonly OomWatch _oom;
    private readonly Action _struck;
    private readonly Watch _watch;
    private Deadline? _next;

    private OomWatcher(EventLoop loop, OomWatch oom, Action struck)
    {
        (_loop, _oom, _struck) = (loop, oom, struck);
        _watch = loop.Add(oom.Handle, EpollInterest.In, _ => Told(oom.Acknowledge(), Looks));
    }

    private void Told(bool struck, int looksLeft)
    {
        _next?.Cancel();
        _next = null;
        if (struck) _struck();
        else if (looksLeft > 0) _next = _loop.After(BetweenLooks, () => Told(_oom.HasStruckAgain(), looksLeft - 1));
    }

    /// <returns>Null where the kernel has no memory controller to ask.</returns>
    public static OomWatcher? TryWatch(EventLoop loop, ICgroup cgroup, Action struck)
    {
        try
        {
            return new OomWatcher(loop, cgroup.WatchOom(), struck);
        }
        catch (FaultException e)
        {
            ShimLog.Write($"out-of-memory events are not reported: {e.Message}");
            return null;
        }
    }

    public void Dispose()
    {
        _next?.Cancel();
        _watch.Dispose();
        _oom.Dispose();
    }
}
