using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Events;
using Sampan.Shim.Loop;

namespace Sampan.Shim.Stdio;

/// <summary>stdout or stderr of a process, or all that its terminal shows: read from our end of a pipe or pty, given to every target.
/// While a target is full nothing is read, so the process waits as it would on any full pipe.</summary>
internal sealed class OutputStream(EventLoop loop, bool stderr)
{
    // So many reads in a row before other descriptors get their turn.
    private const int ReadsInTurn = 8;

    private readonly List<IOutputTarget> _targets = [];
    private SafeFileHandle? _source;
    private Watch? _watch;

    /// <summary>Raised once, after the last byte was given to the targets.</summary>
    public event Action? Ended;

    public bool HasEnded { get; private set; }

    /// <summary>Starts to read; the stream owns the descriptor from here on.</summary>
    public void Begin(SafeFileHandle source)
    {
        Transfer.MakeNonBlocking(source);
        _source = source;
        _watch = loop.Add(source, EpollInterest.In, _ => Pump(ReadsInTurn, heedFull: true));
    }

    public void Add(IOutputTarget target) => _targets.Add(target);

    public void Remove(IOutputTarget target)
    {
        if (_targets.Remove(target)) Resume();
    }

    /// <summary>A target may have room again.</summary>
    public void Resume()
    {
        if (!HasEnded && !AnyFull()) _watch?.Want(EpollInterest.In);
    }

    /// <summary>The process has ended: takes what it left in the pipe, whether or not the targets keep up. A pipe holds a bounded rest.</summary>
    public void Drain()
    {
        if (_source is not null && !HasEnded) Pump(int.MaxValue, heedFull: false);
    }

    /// <summary>Ends the stream for its targets, also while somebody still holds its source open.</summary>
    public void End()
    {
        if (HasEnded) return;
        HasEnded = true;
        Close();
        foreach (var target in _targets.ToArray()) target.End();
        Ended?.Invoke();
    }

    private void Pump(int reads, bool heedFull)
    {
        while (reads-- > 0 && !HasEnded)
        {
            int got = Transfer.Read(_source!, loop.Buffer.AsSpan(StreamFrame.HeaderSize));
            if (got == Transfer.WouldBlock) return;
            if (got <= 0)
            {
                End();
                return;
            }
            StreamFrame.Format(loop.Buffer, stderr, got);
            var frame = loop.Buffer.AsSpan(0, StreamFrame.HeaderSize + got);
            for (int i = 0; i < _targets.Count; i++) _targets[i].Write(frame);
            if (heedFull && AnyFull())
            {
                _watch?.Want(EpollInterest.None);
                return;
            }
        }
    }

    private bool AnyFull()
    {
        foreach (var target in _targets)
            if (target.IsFull) return true;
        return false;
    }

    private void Close()
    {
        _watch?.Dispose();
        _source?.Dispose();
        (_watch, _source) = (null, null);
    }
}
