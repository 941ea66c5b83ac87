namespace Sampan.Specs.Protobuf;

/// <summary>How a field's value is laid out. https://protobuf.dev/programming-guides/encoding § Message Structure</summary>
public enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    LengthDelimited = 2,
    Fixed32 = 5,
}
