using Sampan.Specs.Protobuf;

namespace Sampan.ShimClient.Ttrpc;

/// <summary>The envelope of an answer: a status (absent when the call worked) or the encoded result.
/// https://github.com/containerd/ttrpc/blob/v1.2.7/request.proto, google/rpc/status.proto</summary>
internal readonly ref struct TtrpcResponse
{
    public StatusCode Code { get; init; }
    public string? Message { get; init; }
    public ReadOnlySpan<byte> Payload { get; init; }

    public static TtrpcResponse Read(ReadOnlySpan<byte> data)
    {
        var code = StatusCode.Ok;
        string? message = null;
        ReadOnlySpan<byte> payload = default;
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: (code, message) = ReadStatus(reader.Bytes()); break;
                case 2: payload = reader.Bytes(); break;
                default: reader.Skip(); break;
            }
        }
        return new TtrpcResponse { Code = code, Message = message, Payload = payload };
    }

    public void Write(ProtobufWriter writer)
    {
        if (Code != StatusCode.Ok)
        {
            int status = writer.Begin(1);
            writer.Int32(1, (int)Code);
            writer.String(2, Message);
            writer.End(status);
        }
        writer.Bytes(2, Payload);
    }

    private static (StatusCode Code, string Message) ReadStatus(ReadOnlySpan<byte> data)
    {
        var code = StatusCode.Ok;
        string message = "";
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: code = (StatusCode)reader.Int32(); break;
                case 2: message = reader.String(); break;
                default: reader.Skip(); break;
            }
        }
        return (code, message);
    }
}
