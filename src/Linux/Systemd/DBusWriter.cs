using System.Buffers.Binary;
using System.Text;

namespace Sampan.Linux.Systemd;

/// <summary>Values in D-Bus's wire format, little endian: each aligned to its size from the start of the message.
/// https://dbus.freedesktop.org/doc/dbus-specification.html § Marshaling</summary>
internal sealed class DBusWriter
{
    private byte[] _buffer = new byte[512];

    internal int Length { get; private set; }

    internal ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    internal void Align(int size)
    {
        while (Length % size != 0) Byte(0);
    }

    internal void Byte(byte value) => Take(1)[0] = value;

    internal void UInt16(ushort value)
    {
        Align(2);
        BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);
    }

    internal void UInt32(uint value)
    {
        Align(4);
        BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);
    }

    internal void UInt64(ulong value)
    {
        Align(8);
        BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);
    }

    internal void Boolean(bool value) => UInt32(value ? 1u : 0u);

    /// <summary>Also an object path.</summary>
    internal void String(string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        UInt32((uint)length);
        Encoding.UTF8.GetBytes(text, Take(length));
        Byte(0);
    }

    internal void Signature(string text)
    {
        Byte((byte)text.Length);
        Encoding.ASCII.GetBytes(text, Take(text.Length));
        Byte(0);
    }

    /// <summary>Opens an array whose elements are aligned to so many bytes; <see cref="EndArray"/> takes what this returns.</summary>
    internal (int LengthAt, int Start) BeginArray(int elementAlignment)
    {
        UInt32(0);
        int lengthAt = Length - 4;
        Align(elementAlignment);
        return (lengthAt, Length);
    }

    internal void EndArray((int LengthAt, int Start) array)
        => BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(array.LengthAt), (uint)(Length - array.Start));

    internal void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    private Span<byte> Take(int count)
    {
        if (Length + count > _buffer.Length) Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, Length + count));
        Length += count;
        return _buffer.AsSpan(Length - count, count);
    }
}
