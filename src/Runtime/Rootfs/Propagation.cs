using Sampan.Faults;
using Sampan.Linux.Native;

namespace Sampan.Runtime.Rootfs;

/// <summary>How mounts spread between namespaces, by name. mount_namespaces(7).</summary>
internal static class Propagation
{
    /// <returns>Null for none.</returns>
    /// <exception cref="FaultException">InvalidArgument: no such propagation.</exception>
    internal static MountFlags? Parse(string? name) => name switch
    {
        null or "" => null,
        "private" or "rprivate" => MountFlags.Private,
        "slave" or "rslave" => MountFlags.Slave,
        "shared" or "rshared" => MountFlags.Shared,
        "unbindable" or "runbindable" => MountFlags.Unbindable,
        _ => throw new FaultException(FaultKind.InvalidArgument, $"unknown linux.rootfsPropagation '{name}'"),
    };

    internal static bool IsRecursive(string name) => name[0] == 'r';
}
