using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Runtime.Processes;

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
    internal static FileSystemIdentity? AssumeRootOf(ChildProcess process, NamespacePlan namespaces)
        => namespaces.HasUser ? new(JoinedIdMaps.HostRoot(process.Pid, "uid_map"), JoinedIdMaps.HostRoot(process.Pid, "gid_map")) : null;

    /// <summary>Ourselves again for a while, where the host's files are meant.</summary>
    internal static FileSystemIdentity AssumeOurs() => new(Libc.geteuid(), Libc.getegid());

    public void Dispose()
    {
        Libc.syscall(SyscallNumber.setfsuid, _uid);
        Libc.syscall(SyscallNumber.setfsgid, _gid);
    }
}
