using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Runtime.Processes;

namespace Sampan.Runtime.Rootfs;

/// <summary>While this lives, what this thread makes in file systems belongs to the root of the container's user namespace:
/// in a tmpfs of that namespace nobody else may own anything. As that root it writes where the container's other users own a folder. setfsuid(2).</summary>
internal sealed class FileSystemIdentity : IDisposable
{
    private readonly nint _uid, _gid;

    private FileSystemIdentity(uint uid, uint gid)
    {
        _gid = Libc.syscall(SyscallNumber.setfsgid, (nint)gid);
        _uid = Become((nint)uid);
    }

    /// <summary>Null without a user namespace: nothing changes then.</summary>
    internal static FileSystemIdentity? AssumeRootOf(ChildProcess process, NamespacePlan namespaces)
        => namespaces.HasUser ? new(JoinedIdMaps.HostRoot(process.Pid, "uid_map"), JoinedIdMaps.HostRoot(process.Pid, "gid_map")) : null;

    /// <summary>Ourselves again for a while, where the host's files are meant.</summary>
    internal static FileSystemIdentity AssumeOurs() => new(Libc.geteuid(), Libc.getegid());

    public void Dispose()
    {
        Become(_uid);
        Libc.syscall(SyscallNumber.setfsgid, _gid);
    }

    /// <returns>Who we were.</returns>
    private static nint Become(nint uid)
    {
        nint before = Libc.syscall(SyscallNumber.setfsuid, uid);
        if (uid != 0) Capabilities.Raise("CAP_DAC_OVERRIDE");   // which the kernel takes from who is no longer root. capabilities(7)
        return before;
    }
}
