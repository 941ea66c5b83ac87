using Sampan.Linux.Native;
using Sampan.Runtime.Processes;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Rootfs;

/// <summary>While this lives, what this thread makes in file systems belongs to the root of the container's user namespace:
/// in a tmpfs of that namespace nobody else may own anything. setfsuid(2).</summary>
internal sealed class FileSystemIdentity : IDisposable
{
    private readonly nint _uid, _gid;

    private FileSystemIdentity(uint uid, uint gid)
    {
        _gid = Libc.syscall(SyscallNumber.setfsgid, (nint)gid);
        _uid = Libc.syscall(SyscallNumber.setfsuid, (nint)uid);
    }

    /// <summary>Null without a user namespace: nothing changes then.</summary>
    internal static FileSystemIdentity? AssumeRootOf(LinuxSpec? linux, NamespacePlan namespaces)
        => namespaces.HasUser ? new(HostId(linux?.UidMappings), HostId(linux?.GidMappings)) : null;

    public void Dispose()
    {
        Libc.syscall(SyscallNumber.setfsuid, _uid);
        Libc.syscall(SyscallNumber.setfsgid, _gid);
    }

    private static uint HostId(IReadOnlyList<IdMapping>? mappings)
        => mappings?.FirstOrDefault(mapping => mapping.ContainerID == 0)?.HostID ?? 0;
}
