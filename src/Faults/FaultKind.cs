namespace Sampan.Faults;

/// <summary>The closed set of ways an operation can fail. Each door (HTTP, exit codes, ttrpc) maps it once.</summary>
public enum FaultKind
{
    /// <summary>The request itself is wrong: malformed, out of range, contradictory.</summary>
    InvalidArgument,
    /// <summary>The named thing does not exist.</summary>
    NotFound,
    /// <summary>The name or id is taken.</summary>
    AlreadyExists,
    /// <summary>The thing exists but its state forbids the operation.</summary>
    Conflict,
    /// <summary>The caller may not do this.</summary>
    PermissionDenied,
    /// <summary>A peer (registry, shim, network) did not answer or is not ready; trying again may help.</summary>
    Unavailable,
    /// <summary>Valid, but this build or this kernel cannot do it; the message names the field or feature.</summary>
    NotSupported,
    /// <summary>Everything else: a defect or an unexpected kernel answer.</summary>
    Internal,
}
