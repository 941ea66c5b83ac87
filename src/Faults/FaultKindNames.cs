namespace Sampan.Faults;

/// <summary>The kinds by name, as they travel between a shim and its engine.</summary>
public static class FaultKindNames
{
    public static string Name(this FaultKind kind) => kind switch
    {
        FaultKind.InvalidArgument => nameof(FaultKind.InvalidArgument),
        FaultKind.NotFound => nameof(FaultKind.NotFound),
        FaultKind.AlreadyExists => nameof(FaultKind.AlreadyExists),
        FaultKind.Conflict => nameof(FaultKind.Conflict),
        FaultKind.PermissionDenied => nameof(FaultKind.PermissionDenied),
        FaultKind.Unavailable => nameof(FaultKind.Unavailable),
        FaultKind.NotSupported => nameof(FaultKind.NotSupported),
        _ => nameof(FaultKind.Internal),
    };
}
