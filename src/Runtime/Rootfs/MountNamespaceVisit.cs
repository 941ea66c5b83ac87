using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Runtime.Rootfs;

/// <summary>This thread in another mount namespace: that of a container that is being made, or a new one; <see cref="Dispose"/> brings it home.
/// Meanwhile its root and working directory are the other namespace's.</summary>
internal sealed class MountNamespaceVisit : IDisposable
{
    private const int CLONE_FS = 0x200;
    [ThreadStatic] private static bool t_hasOwnFileSystemContext;
    private readonly SafeFileHandle _home = Namespaces.Current(NamespaceKinds.Mount);
    private readonly SafeFileHandle _directory = Files.Open(".", OpenFlags.Path | OpenFlags.Directory);
    private readonly SafeFileHandle _root = Files.Open("/", OpenFlags.Path | OpenFlags.Directory);

    /// <exception cref="LinuxException">setns(2).</exception>
    internal MountNamespaceVisit(ChildProcess process)
    {
        SeparateThread();
        Namespaces.Enter(process.Pidfd, NamespaceKinds.Mount, $"of process {process.Pid}");
    }

    /// <summary>A copy of this namespace, in which nothing that is mounted shows here. It lasts while somebody is in it.</summary>
    /// <exception cref="LinuxException">unshare(2), mount_setattr(2).</exception>
    internal MountNamespaceVisit()
    {
        SeparateThread();
        Namespaces.Unshare(NamespaceKinds.Mount);
        using SafeFileHandle all = Files.Open("/", OpenFlags.Path | OpenFlags.Directory);
        Mounts.SetAttributes(all, 0, 0, MountFlags.Slave, recursive: true, "/");
    }

    private static void SeparateThread()
    {
        // Root and working directory are shared between threads until then, and setns refuses to change those of others.
        if (!t_hasOwnFileSystemContext && Libc.unshare(CLONE_FS) < 0) throw LinuxException.FromLastError("unshare", "cannot separate this thread's root");
        t_hasOwnFileSystemContext = true;
    }

    public void Dispose()
    {
        Namespaces.Enter(_home, NamespaceKinds.Mount, "our own");
        // setns leaves us at the namespace's root, which is not ours when we are in a chroot.
        if (Libc.fchdir(_root.Fd()) < 0 || Libc.chroot(".") < 0 || Libc.fchdir(_directory.Fd()) < 0)
            throw LinuxException.FromLastError("chroot", "cannot return to our own root");
        _home.Dispose();
        _directory.Dispose();
        _root.Dispose();
    }
}
