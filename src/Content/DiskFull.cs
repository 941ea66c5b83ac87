using Sampan.Faults;

namespace Sampan.Content;

/// <summary>Tells a full disk from other failures of writing.</summary>
public static class DiskFull
{
    private const int ENOSPC = 28;
    private const int EDQUOT = 122;

    /// <summary>.NET carries the errno of a failed write in HResult.</summary>
    public static bool Is(IOException e) => e.HResult is ENOSPC or EDQUOT;

    public static FaultException Fault(string what, Exception? cause = null) =>
        new(FaultKind.Internal, $"cannot {what}: no space left on device (ENOSPC); free some space and try again", cause);

    /// <summary>Whether a failure, of ours or of the kernel, tells of a full disk: both name the errno.</summary>
    public static bool IsToldBy(FaultException e) => e.Message.Contains("no space left on device", StringComparison.OrdinalIgnoreCase) || e.Message.Contains("ENOSPC", StringComparison.Ordinal)
        || e.Message.Contains("EDQUOT", StringComparison.Ordinal);
}
