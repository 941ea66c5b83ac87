using Sampan.Faults;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime;

/// <summary>The cgroup that a config asks for, or none where none is within reach.</summary>
internal static class ContainerCgroup
{
    /// <returns>With the path to find it again; null for none.</returns>
    /// <exception cref="FaultException">What <see cref="CgroupFileSystem.Create"/> says.</exception>
    internal static (ICgroup Group, string? Path) Make(string id, RuntimeSpec spec, CreateOptions options)
    {
        string? given = spec.Linux?.CgroupsPath is { Length: > 0 } path ? path : null;
        LinuxResources? resources = spec.Linux?.Resources;
        try
        {
            return (CgroupFileSystem.Detect().Create(given ?? id, resources), given ?? id);
        }
        catch (FaultException e) when (options.MayLackCgroups && IsOutOfReach(e))
        {
            if (given is not null) throw new FaultException(FaultKind.PermissionDenied, $"unable to apply cgroup configuration: {e.Message}: permission denied", e);
            if (HasLimits(resources))
                throw new FaultException(FaultKind.PermissionDenied, $"cannot set limits: rootless needs no limits + no cgrouppath when no permission is granted for cgroups: {e.Message}", e);
            return (new NoCgroup(), null);
        }
    }

    internal static ICgroup Find(ContainerState state)
        => state.CgroupPath is { } path ? CgroupFileSystem.Detect().Open(path) : new NoCgroup();

    private static bool IsOutOfReach(FaultException e) => e is LinuxException { Errno: Errno.EACCES or Errno.EPERM or Errno.EROFS } || e.Kind is FaultKind.NotSupported;

    private static bool HasLimits(LinuxResources? resources)
        => resources is not null && resources with { Devices = null } != new LinuxResources();
}
