using Sampan.Faults;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Processes;

/// <summary>linux.seccomp, compiled.</summary>
internal static class SeccompFilters
{
    /// <exception cref="FaultException">NotSupported: a part of the profile that cannot be honoured.</exception>
    internal static SeccompFilter? For(Seccomp? profile)
    {
        if (profile is null) return null;
        throw new FaultException(FaultKind.NotSupported, "linux.seccomp is not supported yet");
    }
}
