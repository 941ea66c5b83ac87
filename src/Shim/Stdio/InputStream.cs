using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Events;
using Sampan.Shim.Loop;

namespace Sampan.Shim.Stdio;

/// <summary>stdin of a process: the writing end of its pipe, or its terminal. Whoever feeds it stops while <see cref="IsFull"/> and goes
/// on at <see cref="Drained"/>.</summary>
internal sealed class InputStream(EventLoop loop) : IDisposable
{
    private SafeFileHandle? _target;
    private SendQueue? _queue;
    private Watch? _watch;
    private byte[] _early = []; // came before the process was started
    private bool _terminal, _closing;

    /// <summary>There is room again.</summary>
    public event Action? Drained;

    /// <summary>Also before the process was started: input waits for it.</summary>
    public bool IsFull => !IsClosed && (_queue is null || _queue.Count > 0);

    /// <summary>Nobody reads any more; input goes nowhere.</summary>
    public bool IsClosed { get; private set; }

    /// <param name="target">Owned by this stream, except a terminal, which its output owns too: that one is given as a duplicate.</param>
    /// <param name="terminal">A terminal has no end of input but the one typed.</param>
    public void Begin(SafeFileHandle target, bool terminal)
    {
        Transfer.MakeNonBlocking(target);
        (_target, _terminal, _queue) = (target, terminal, new SendQueue(target));
        _queue.Drained += OnDrained;
        _watch = loop.Add(target, EpollInterest.None, _ => Flush());
        Write(_early);
        _early = [];
        if (_closing) Close();
        else if (_queue.Count == 0) Drained?.Invoke();
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (IsClosed || bytes.IsEmpty) return;
        if (_queue is null)
        {
            _early = [.. _early, .. bytes];
            return;
        }
        _queue.Send(bytes);
        if (_queue.IsBroken) Dispose();
        else if (_queue.Count > 0) _watch!.Want(EpollInterest.Out);
    }

    /// <summary>End of input, after what is still on its way.</summary>
    public void Close()
    {
        _closing = true;
        if (_terminal || _queue is null || _queue.Count > 0) return;
        Dispose();
    }

    public void Dispose()
    {
        if (IsClosed) return;
        IsClosed = true;
        _watch?.Dispose();
        _target?.Dispose();
        Drained?.Invoke(); // whoever waits can stop waiting
    }

    private void Flush()
    {
        _queue!.Flush();
        if (_queue.IsBroken) Dispose();
    }

    private void OnDrained()
    {
        if (_closing && !_terminal) Dispose();
        else
        {
            _watch?.Want(EpollInterest.None);
            Drained?.Invoke();
        }
    }
}
