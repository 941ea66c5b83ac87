using Sampan.Specs.Protobuf;

namespace Sampan.ShimClient;

/// <summary>google.protobuf.Any: type URL 1, value 2. containerd puts JSON into it for documents of the runtime specification.</summary>
internal readonly ref struct AnyMessage(string typeUrl, ReadOnlySpan<byte> value)
{
    public string TypeUrl { get; } = typeUrl;
    public ReadOnlySpan<byte> Value { get; } = value;

    public static AnyMessage Read(ReadOnlySpan<byte> data)
    {
        string type = "";
        ReadOnlySpan<byte> value = default;
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: type = reader.String(); break;
                case 2: value = reader.Bytes(); break;
                default: reader.Skip(); break;
            }
        }
        return new AnyMessage(type, value);
    }

    public static void Write(ProtobufWriter writer, int field, string typeUrl, ReadOnlySpan<byte> value)
    {
        int mark = writer.Begin(field);
        writer.String(1, typeUrl);
        writer.Bytes(2, value);
        writer.End(mark);
    }
}
