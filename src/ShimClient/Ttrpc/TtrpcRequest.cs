using Sampan.Specs.Protobuf;

namespace Sampan.ShimClient.Ttrpc;

/// <summary>The envelope of a call: which method of which service, and its encoded argument.
/// https://github.com/containerd/ttrpc/blob/v1.2.7/request.proto</summary>
internal readonly ref struct TtrpcRequest
{
    public required string Service { get; init; }
    public required string Method { get; init; }
    public required ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>How long the caller waits, in nanoseconds; 0 without limit.</summary>
    public long TimeoutNano { get; init; }

    public static TtrpcRequest Read(ReadOnlySpan<byte> data)
    {
        string service = "", method = "";
        ReadOnlySpan<byte> payload = default;
        long timeout = 0;
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: service = reader.String(); break;
                case 2: method = reader.String(); break;
                case 3: payload = reader.Bytes(); break;
                case 4: timeout = reader.Int64(); break;
                default: reader.Skip(); break;
            }
        }
        return new TtrpcRequest { Service = service, Method = method, Payload = payload, TimeoutNano = timeout };
    }

    public void Write(ProtobufWriter writer)
    {
        writer.String(1, Service);
        writer.String(2, Method);
        writer.Bytes(3, Payload);
        writer.Int64(4, TimeoutNano);
    }
}
