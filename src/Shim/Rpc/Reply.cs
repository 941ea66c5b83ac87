using Sampan.Faults;
using Sampan.Specs.Protobuf;
using Sampan.ShimClient.Ttrpc;

namespace Sampan.Shim.Rpc;

/// <summary>The answer that one call still waits for; given once, now or later. When the caller has gone meanwhile it is dropped.</summary>
internal readonly struct Reply(TtrpcConnection connection, uint stream)
{
    /// <summary>google.protobuf.Empty, or a message whose fields all have their defaults.</summary>
    public void Ok() => connection.Respond(stream, StatusCode.Ok, null, default);

    public void Ok(Action<ProtobufWriter> message)
    {
        var writer = new ProtobufWriter();
        message(writer);
        connection.Respond(stream, StatusCode.Ok, null, writer.Written);
    }

    public void Fail(FaultException fault) => Fail(StatusCodes.Of(fault.Kind), fault.Message);

    public void Fail(StatusCode code, string message) => connection.Respond(stream, code, message, default);
}
