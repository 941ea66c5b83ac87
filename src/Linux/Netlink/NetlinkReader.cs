using System.Buffers.Binary;

namespace Sampan.Linux.Netlink;

/// <summary>One message as received; <see cref="Payload"/> is what follows the 16 bytes of nlmsghdr.</summary>
internal readonly ref struct NetlinkMessage
{
    private const int HeaderSize = 16;

    public ushort Type { get; private init; }
    public ushort Flags { get; private init; }
    public uint Sequence { get; private init; }
    public ReadOnlySpan<byte> Payload { get; private init; }

    /// <summary>Takes the first message off the buffer. False at its end, and where the lengths make no sense.</summary>
    public static bool TryRead(scoped ref ReadOnlySpan<byte> buffer, out NetlinkMessage message)
    {
        message = default;
        if (buffer.Length < HeaderSize) return false;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(buffer);
        if (length < HeaderSize || length > buffer.Length) return false;
        message = new NetlinkMessage
        {
            Type = BinaryPrimitives.ReadUInt16LittleEndian(buffer[4..]),
            Flags = BinaryPrimitives.ReadUInt16LittleEndian(buffer[6..]),
            Sequence = BinaryPrimitives.ReadUInt32LittleEndian(buffer[8..]),
            Payload = buffer[HeaderSize..(int)length],
        };
        buffer = buffer[Math.Min((int)((length + 3) & ~3u), buffer.Length)..];
        return true;
    }
}

/// <summary>One attribute; the type is without the flags for nesting and byte order.</summary>
internal readonly ref struct NetlinkAttribute
{
    public ushort Type { get; private init; }
    public ReadOnlySpan<byte> Value { get; private init; }

    public uint UInt32 => Value.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(Value) : 0;

    public uint UInt32BigEndian => Value.Length >= 4 ? BinaryPrimitives.ReadUInt32BigEndian(Value) : 0;

    public string Text => System.Text.Encoding.UTF8.GetString(Value.TrimEnd((byte)0));

    /// <summary>Takes the first attribute off the buffer. False at its end, and where the lengths make no sense.</summary>
    public static bool TryRead(scoped ref ReadOnlySpan<byte> buffer, out NetlinkAttribute attribute)
    {
        attribute = default;
        if (buffer.Length < 4) return false;
        ushort length = BinaryPrimitives.ReadUInt16LittleEndian(buffer);
        if (length < 4 || length > buffer.Length) return false;
        attribute = new NetlinkAttribute
        {
            Type = (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(buffer[2..]) & NetlinkLibc.NLA_TYPE_MASK),
            Value = buffer[4..length],
        };
        buffer = buffer[Math.Min((length + 3) & ~3, buffer.Length)..];
        return true;
    }

    /// <summary>The attribute of one type among those in the buffer.</summary>
    public static bool TryFind(ReadOnlySpan<byte> buffer, ushort type, out NetlinkAttribute attribute)
    {
        while (TryRead(ref buffer, out attribute))
            if (attribute.Type == type) return true;
        return false;
    }
}
