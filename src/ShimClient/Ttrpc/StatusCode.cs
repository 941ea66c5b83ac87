using Sampan.Faults;

namespace Sampan.ShimClient.Ttrpc;

/// <summary>The gRPC status codes that ttrpc carries. https://grpc.io/docs/guides/status-codes</summary>
internal enum StatusCode
{
    Ok = 0,
    Canceled = 1,
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    OutOfRange = 11,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    DataLoss = 15,
    Unauthenticated = 16,
}

/// <summary>The one place where fault kinds and ttrpc status codes meet. containerd maps the same codes to its error classes.</summary>
internal static class StatusCodes
{
    public static StatusCode Of(FaultKind kind) => kind switch
    {
        FaultKind.InvalidArgument => StatusCode.InvalidArgument,
        FaultKind.NotFound => StatusCode.NotFound,
        FaultKind.AlreadyExists => StatusCode.AlreadyExists,
        FaultKind.Conflict => StatusCode.FailedPrecondition,
        FaultKind.PermissionDenied => StatusCode.PermissionDenied,
        FaultKind.Unavailable => StatusCode.Unavailable,
        FaultKind.NotSupported => StatusCode.Unimplemented,
        _ => StatusCode.Unknown,
    };

    public static FaultKind ToFaultKind(this StatusCode code) => code switch
    {
        StatusCode.InvalidArgument or StatusCode.OutOfRange or StatusCode.ResourceExhausted => FaultKind.InvalidArgument,
        StatusCode.NotFound => FaultKind.NotFound,
        StatusCode.AlreadyExists => FaultKind.AlreadyExists,
        StatusCode.FailedPrecondition or StatusCode.Aborted => FaultKind.Conflict,
        StatusCode.PermissionDenied or StatusCode.Unauthenticated => FaultKind.PermissionDenied,
        StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Canceled => FaultKind.Unavailable,
        StatusCode.Unimplemented => FaultKind.NotSupported,
        _ => FaultKind.Internal,
    };
}
