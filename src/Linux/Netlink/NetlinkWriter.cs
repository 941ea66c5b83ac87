using System.Buffers.Binary;
using System.Text;

namespace Sampan.Linux.Netlink;

/// <summary>Builds netlink messages one behind the other in one buffer: struct nlmsghdr { u32 len; u16 type; u16 flags; u32 seq; u32 pid; },
/// the family's header, then attributes { u16 len; u16 type; } padded to 4 bytes. Numbers are in the machine's order, unless the name says otherwise.</summary>
public sealed class NetlinkWriter
{
    private const int HeaderSize = 16, FlagsOffset = 6;
    private static uint _lastSequence;
    private byte[] _buffer = new byte[2048];
    private int _length;
    private int _messageStart = -1;

    internal ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    internal bool IsEmpty => _length == 0;

    /// <summary>Of the message begun last.</summary>
    internal uint LastSequence { get; private set; }

    internal uint FirstSequence { get; private set; }

    internal void BeginMessage(ushort type, ushort flags)
    {
        _messageStart = _length;
        LastSequence = Interlocked.Increment(ref _lastSequence);
        if (_length == 0) FirstSequence = LastSequence;
        Span<byte> header = Reserve(HeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(header[FlagsOffset..], (ushort)(flags | NetlinkLibc.NLM_F_REQUEST));
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], LastSequence);
    }

    internal void EndMessage() => BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(_messageStart), _length - _messageStart);

    /// <summary>Asks for an answer to the message begun last.</summary>
    internal void RequestAnswer() => _buffer[_messageStart + FlagsOffset] |= (byte)NetlinkLibc.NLM_F_ACK;

    /// <summary>The family's header.</summary>
    internal void Put(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    internal void Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        Span<byte> attribute = Reserve(4 + value.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(attribute, checked((ushort)(4 + value.Length)));
        BinaryPrimitives.WriteUInt16LittleEndian(attribute[2..], type);
        value.CopyTo(attribute[4..]);
    }

    internal void Attribute(ushort type, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Attribute(type, bytes);
    }

    /// <summary>nfnetlink's numbers are big-endian.</summary>
    internal void BigEndian(ushort type, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        Attribute(type, bytes);
    }

    /// <summary>With a closing zero.</summary>
    internal void Text(ushort type, string value)
    {
        Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(value.Length) + 1];
        int length = Encoding.UTF8.GetBytes(value, bytes);
        bytes[length] = 0;
        Attribute(type, bytes[..(length + 1)]);
    }

    /// <returns>For <see cref="EndNest"/>.</returns>
    internal int BeginNest(ushort type)
    {
        int start = _length;
        BinaryPrimitives.WriteUInt16LittleEndian(Reserve(4)[2..], (ushort)(type | NetlinkLibc.NLA_F_NESTED));
        return start;
    }

    /// <exception cref="OverflowException">The content is longer than an attribute can be, 65,531 bytes.</exception>
    internal void EndNest(int start) => BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(start), checked((ushort)(_length - start)));

    /// <summary>Zeroed space, the next one 4-byte aligned.</summary>
    private Span<byte> Reserve(int size)
    {
        int padded = (size + 3) & ~3;
        if (_length + padded > _buffer.Length) Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + padded));
        Span<byte> space = _buffer.AsSpan(_length, padded);
        space.Clear();
        _length += padded;
        return space[..size];
    }
}
