using System.Text;
using Sampan.Faults;

namespace Sampan.Specs.Protobuf;

/// <summary>Reads the fields of one message in the order they were written. Unknown fields are skipped by
/// <see cref="Skip"/>; anything that is not protobuf throws <see cref="FaultKind.InvalidArgument"/>.
/// https://protobuf.dev/programming-guides/encoding</summary>
public ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest = message;
    private WireType _type;

    /// <summary>Number of the field whose value comes next.</summary>
    public int Field { get; private set; }

    /// <summary>Moves to the next field; false at the end of the message.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty) return false;
        ulong tag = Varint();
        Field = (int)(tag >> 3);
        _type = (WireType)(tag & 7);
        if (tag > uint.MaxValue || Field == 0) throw Malformed("the field number is out of range");
        return true;
    }

    public ulong UInt64()
    {
        Expect(WireType.Varint);
        return Varint();
    }

    public long Int64() => (long)UInt64();

    public uint UInt32() => (uint)UInt64();

    public int Int32() => (int)UInt64();

    public bool Bool() => UInt64() != 0;

    public string String()
    {
        try
        {
            return Utf8.GetString(Bytes());
        }
        catch (DecoderFallbackException)
        {
            throw Malformed("a string is not UTF-8");
        }
    }

    public ReadOnlySpan<byte> Bytes()
    {
        Expect(WireType.LengthDelimited);
        return Delimited();
    }

    /// <summary>Appends a repeated integer, packed or not.</summary>
    public void UInt64s(List<ulong> values)
    {
        if (_type == WireType.Varint)
        {
            values.Add(Varint());
            return;
        }
        var packed = new ProtobufReader(Bytes());
        while (!packed._rest.IsEmpty) values.Add(packed.Varint());
    }

    public void Skip()
    {
        switch (_type)
        {
            case WireType.Varint: Varint(); break;
            case WireType.Fixed64: Take(8); break;
            case WireType.Fixed32: Take(4); break;
            case WireType.LengthDelimited: Delimited(); break;
            default: throw Malformed($"wire type {(int)_type} is unknown"); // groups (3, 4) do not exist in proto3
        }
    }

    private ReadOnlySpan<byte> Delimited()
    {
        ulong length = Varint();
        return length <= int.MaxValue ? Take((int)length) : throw Malformed("a length is out of range");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length) throw Malformed("it ends inside a field");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int i = 0; i < 10; i++)
        {
            if (i == _rest.Length) throw Malformed("it ends inside a number");
            byte b = _rest[i];
            value |= (ulong)(b & 0x7f) << (7 * i);
            if (b < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }
        throw Malformed("a number is longer than 10 bytes");
    }

    private readonly void Expect(WireType type)
    {
        if (_type != type) throw Malformed($"field {Field} has wire type {(int)_type}, expected {(int)type}");
    }

    private static FaultException Malformed(string why) =>
        new(FaultKind.InvalidArgument, $"malformed protobuf message: {why}");
}
