using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Events;

namespace Sampan.Shim.Loop;

/// <summary>Bytes on their way to a descriptor that takes them at its own pace. What does not fit right away is kept, in order, and
/// <see cref="Drained"/> says when all of it is gone.</summary>
internal sealed class SendQueue(SafeFileHandle to)
{
    private byte[] _pending = [];
    private int _start, _end;

    /// <summary>The queue has become empty after it was not.</summary>
    public event Action? Drained;

    /// <summary>Bytes not taken yet.</summary>
    public int Count => _end - _start;

    /// <summary>Nobody will take any more: the rest was dropped.</summary>
    public bool IsBroken { get; private set; }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        if (IsBroken) return;
        if (Count == 0)
        {
            int put = Transfer.Write(to, bytes);
            if (put == Transfer.Broken)
            {
                Break();
                return;
            }
            if (put > 0) bytes = bytes[put..];
        }
        Keep(bytes);
    }

    /// <summary>The descriptor has room again.</summary>
    public void Flush()
    {
        if (Count == 0) return;
        while (Count > 0)
        {
            int put = Transfer.Write(to, _pending.AsSpan(_start, Count));
            if (put == Transfer.WouldBlock) return;
            if (put == Transfer.Broken)
            {
                Break();
                break;
            }
            _start += put;
        }
        (_start, _end, _pending) = (0, 0, []); // a burst's buffer is given back
        Drained?.Invoke();
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        if (_pending.Length - _end < bytes.Length)
        {
            byte[] larger = Count + bytes.Length <= _pending.Length ? _pending
                : GC.AllocateUninitializedArray<byte>(Math.Max(_pending.Length * 2, Count + bytes.Length));
            _pending.AsSpan(_start, Count).CopyTo(larger);
            (_pending, _end, _start) = (larger, Count, 0);
        }
        bytes.CopyTo(_pending.AsSpan(_end));
        _end += bytes.Length;
    }

    private void Break()
    {
        IsBroken = true;
        (_start, _end, _pending) = (0, 0, []);
    }
}
