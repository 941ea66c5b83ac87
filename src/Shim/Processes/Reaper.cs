using Sampan.Linux;
using Sampan.Linux.Events;
using Sampan.Linux.Native;
using Sampan.Shim.Loop;

namespace Sampan.Shim.Processes;

/// <summary>Reaps every child: the processes of the container that we started, and orphans that the kernel gives us as their subreaper
/// (PR_SET_CHILD_SUBREAPER, prctl(2)).</summary>
internal sealed class Reaper : IDisposable
{
    public const int SIGPIPE = 13, SIGCHLD = 17;

    private readonly SignalDescriptor _signals = new(SIGCHLD);
    private readonly Watch _watch;
    private readonly Action<int, ExitStatus> _reaped;

    /// <param name="loop">Whose thread we run on.</param>
    /// <param name="reaped">Called with each pid that is gone.</param>
    public Reaper(EventLoop loop, Action<int, ExitStatus> reaped)
    {
        _reaped = reaped;
        Subreaper.Become();
        _watch = loop.Add(_signals.Handle, EpollInterest.In, _ => Reap());
    }

    /// <summary>Takes the children that have ended by now.</summary>
    public void Reap()
    {
        while (_signals.Take() != 0)
        {
            // One signal may stand for several children.
        }
        while (ChildProcess.TryReapAny() is { } ended) _reaped(ended.Pid, ended.Status);
    }

    public void Dispose()
    {
        _watch.Dispose();
        _signals.Dispose();
    }
}
