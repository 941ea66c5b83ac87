using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Events;

namespace Sampan.Shim.Loop;

/// <summary>The one thread of a shim: waits for descriptors and deadlines and calls who asked for them, one at a time. Nothing here is
/// safe to call from another thread, and nothing that is called may block.</summary>
internal sealed class EventLoop : IDisposable
{
    private readonly Epoll _epoll = new();
    private readonly ReadyDescriptor[] _ready = new ReadyDescriptor[32];
    private readonly List<Watch?> _watches = []; // index = epoll token
    private readonly Stack<int> _free = [];
    private readonly List<int> _released = [];   // freed after the round, so that a late event cannot meet a new watch
    private readonly PriorityQueue<Deadline, long> _deadlines = new();
    private bool _ended;

    /// <summary>For everyone's reads: valid until the reader returns to the loop.</summary>
    public byte[] Buffer { get; } = GC.AllocateUninitializedArray<byte>(32 << 10);

    /// <summary>Calls <paramref name="ready"/> whenever the descriptor is what it is watched for, and on errors and hang-ups.</summary>
    public Watch Add(SafeFileHandle descriptor, EpollInterest interest, Action<EpollInterest> ready)
    {
        if (!_free.TryPop(out int token))
        {
            token = _watches.Count;
            _watches.Add(null);
        }
        var watch = new Watch(this, token, descriptor, ready);
        _watches[token] = watch;
        watch.Want(interest);
        return watch;
    }

    /// <summary>Calls <paramref name="action"/> once, after <paramref name="delay"/>.</summary>
    public Deadline After(TimeSpan delay, Action action)
    {
        var deadline = new Deadline(action);
        _deadlines.Enqueue(deadline, Environment.TickCount64 + (delay.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond);
        return deadline;
    }

    /// <summary>Runs until <see cref="End"/>.</summary>
    public void Run()
    {
        while (!_ended)
        {
            int count = _epoll.Wait(_ready, Timeout());
            for (int i = 0; i < count && !_ended; i++) _watches[_ready[i].Token]?.Fire(_ready[i].Events);
            foreach (int token in _released) _free.Push(token);
            _released.Clear();
            while (!_ended && _deadlines.TryPeek(out var due, out long at) && at <= Environment.TickCount64)
            {
                _deadlines.Dequeue();
                due.Fire();
            }
        }
    }

    /// <summary>Lets <see cref="Run"/> return after the current call.</summary>
    public void End() => _ended = true;

    public void Dispose() => _epoll.Dispose();

    internal void Control(Watch watch, EpollInterest before, EpollInterest after)
    {
        if (before == EpollInterest.None) _epoll.Add(watch.Descriptor, watch.Token, after);
        else if (after == EpollInterest.None) _epoll.Remove(watch.Descriptor);
        else _epoll.Change(watch.Descriptor, watch.Token, after);
    }

    internal void Release(Watch watch)
    {
        _watches[watch.Token] = null;
        _released.Add(watch.Token);
    }

    private int Timeout()
    {
        while (_deadlines.TryPeek(out var next, out long at))
        {
            if (!next.IsCancelled) return (int)Math.Clamp(at - Environment.TickCount64, 0, int.MaxValue);
            _deadlines.Dequeue();
        }
        return -1;
    }
}
