using System.Text;

namespace Sampan.Specs.Protobuf;

/// <summary>Writes messages into one growing buffer that is used again after <see cref="Clear"/>. Fields with their
/// default value are left out, as encoders of proto3 do; proto2 wants some of them (<see cref="Present"/>). https://protobuf.dev/programming-guides/encoding</summary>
public sealed class ProtobufWriter
{
    private byte[] _buffer;
    private int _length;

    public ProtobufWriter(int capacity = 256) => _buffer = new byte[capacity];

    public ReadOnlySpan<byte> Written => WrittenSpan;

    public Span<byte> WrittenSpan => _buffer.AsSpan(0, _length);

    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, _length);

    public int Length => _length;

    public void Clear() => _length = 0;

    public void UInt64(int field, ulong value)
    {
        if (value == 0) return;
        Tag(field, WireType.Varint);
        Varint(value);
    }

    /// <summary>A field that is there even when it has its default value: proto2's required ones, and optional ones that say 0.</summary>
    public void Present(int field, ulong value)
    {
        Tag(field, WireType.Varint);
        Varint(value);
    }

    public void Int64(int field, long value) => UInt64(field, (ulong)value);

    public void UInt32(int field, uint value) => UInt64(field, value);

    /// <summary>Negative values take ten bytes on the wire, as the specification wants of int32.</summary>
    public void Int32(int field, int value) => UInt64(field, (ulong)(long)value);

    public void Bool(int field, bool value) => UInt64(field, value ? 1UL : 0);

    public void String(int field, string? value)
    {
        if (string.IsNullOrEmpty(value)) return;
        Tag(field, WireType.LengthDelimited);
        int count = Encoding.UTF8.GetByteCount(value);
        Varint((ulong)count);
        Reserve(count);
        _length += Encoding.UTF8.GetBytes(value, _buffer.AsSpan(_length));
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty) return;
        Tag(field, WireType.LengthDelimited);
        Varint((ulong)value.Length);
        Raw(value);
    }

    public void PackedUInt64s(int field, IReadOnlyList<ulong> values)
    {
        if (values.Count == 0) return;
        int mark = Begin(field);
        for (int i = 0; i < values.Count; i++) Varint(values[i]);
        End(mark);
    }

    /// <summary>Opens a nested message; its fields follow until <see cref="End"/> gets the returned mark.</summary>
    public int Begin(int field)
    {
        Tag(field, WireType.LengthDelimited);
        return _length;
    }

    /// <summary>Closes a nested message by putting its length in front of it.</summary>
    public void End(int mark)
    {
        int count = _length - mark;
        int prefix = VarintSize((ulong)count);
        Reserve(prefix);
        _buffer.AsSpan(mark, count).CopyTo(_buffer.AsSpan(mark + prefix));
        _length = mark;
        Varint((ulong)count);
        _length += count;
    }

    /// <summary>Appends bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Tag(int field, WireType type) => Varint((ulong)(((uint)field << 3) | (uint)type));

    private void Varint(ulong value)
    {
        Reserve(10);
        while (value >= 0x80)
        {
            _buffer[_length++] = (byte)(value | 0x80);
            value >>= 7;
        }
        _buffer[_length++] = (byte)value;
    }

    private static int VarintSize(ulong value)
    {
        int size = 1;
        while ((value >>= 7) != 0) size++;
        return size;
    }

    private void Reserve(int count)
    {
        if (_buffer.Length - _length < count)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + count));
    }
}
