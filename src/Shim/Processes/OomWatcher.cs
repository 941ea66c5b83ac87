using Sampan.Faults;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Events;
using Sampan.Shim.Loop;

namespace Sampan.Shim.Processes;

/// <summary>Tells each time the kernel's OOM killer strikes in a cgroup.</summary>
internal sealed class OomWatcher : IDisposable
{
    private readonly OomWatch _oom;
    private readonly Watch _watch;

    private OomWatcher(EventLoop loop, OomWatch oom, Action struck)
    {
        _oom = oom;
        _watch = loop.Add(oom.Handle, EpollInterest.In, _ =>
        {
            if (oom.Acknowledge()) struck();
        });
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
        _watch.Dispose();
        _oom.Dispose();
    }
}
