using System.Net;
using Sampan.Faults;

namespace Sampan.EngineClient;

/// <summary>The engine answered a request with an error. The message is the engine's, word for word.</summary>
public sealed class EngineException(HttpStatusCode status, string message) : FaultException(KindOf(status), message)
{
    public HttpStatusCode Status { get; } = status;

    private static FaultKind KindOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest => FaultKind.InvalidArgument,
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => FaultKind.PermissionDenied,
        HttpStatusCode.NotFound => FaultKind.NotFound,
        HttpStatusCode.Conflict => FaultKind.Conflict,
        HttpStatusCode.NotImplemented => FaultKind.NotSupported,
        HttpStatusCode.ServiceUnavailable => FaultKind.Unavailable,
        _ => FaultKind.Internal,
    };
}
