using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Runtime.Rootfs;

/// <summary>The mount option "tmpcopyup": a tmpfs starts with what lay in its place. Works on handles from directory to directory,
/// following no link.</summary>
internal static unsafe class TmpCopyUp
{
    internal static void Copy(RootDirectory root, string path, SafeFileHandle tmpfs)
    {
        using SafeFileHandle source = root.Open(path, OpenFlags.ReadOnly | OpenFlags.Directory);
        using SafeFileHandle target = Files.OpenAt(tmpfs, ".", OpenFlags.ReadOnly | OpenFlags.Directory);
        CopyEntries(source, target, path);
        CopyOwnerAndMode(Files.Stat(source), target, path);
    }

    private static void CopyEntries(SafeFileHandle source, SafeFileHandle target, string path)
    {
        using DirectoryReader entries = new(source);
        while (entries.Read())
        {
            string name = System.Text.Encoding.UTF8.GetString(entries.Name), here = $"{path}/{name}";
            Statx stat = Files.Stat(source, name);
            switch (stat.Kind)
            {
                case FileKind.Directory:
                    if (Libc.mkdirat(target.Fd(), name, stat.Permissions) < 0) throw LinuxException.FromLastError("mkdir", $"cannot copy up '{here}'");
                    using (SafeFileHandle from = Files.OpenAt(source, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow))
                    using (SafeFileHandle to = Files.OpenAt(target, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow))
                    {
                        CopyEntries(from, to, here);
                        CopyOwnerAndMode(stat, to, here);
                    }
                    break;
                case FileKind.Regular:
                    using (SafeFileHandle from = Files.OpenAt(source, name, OpenFlags.ReadOnly | OpenFlags.NoFollow))
                    using (SafeFileHandle to = Files.OpenAt(target, name, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, stat.Permissions))
                    {
                        Files.WriteAll(to, Files.ReadAll(from, here), here);
                        CopyOwnerAndMode(stat, to, here);
                    }
                    break;
                case FileKind.SymbolicLink:
                    CopyLink(source, target, name, stat, here);
                    break;
                // Sockets, fifos and devices of an image are left behind, as by runc.
            }
        }
    }

    private static void CopyLink(SafeFileHandle source, SafeFileHandle target, string name, in Statx stat, string path)
    {
        byte* link = stackalloc byte[4096];
        nint length = Libc.readlinkat(source.Fd(), name, link, 4096);
        if (length < 0 || Libc.symlinkat(System.Text.Encoding.UTF8.GetString(link, (int)length), target.Fd(), name) < 0
            || Libc.fchownat(target.Fd(), name, stat.Uid, stat.Gid, Libc.AT_SYMLINK_NOFOLLOW) < 0)
            throw LinuxException.FromLastError("symlink", $"cannot copy up '{path}'");
    }

    private static void CopyOwnerAndMode(in Statx stat, SafeFileHandle target, string path)
    {
        if (Libc.fchown(target.Fd(), stat.Uid, stat.Gid) < 0 || Libc.fchmod(target.Fd(), stat.Permissions) < 0)
            throw LinuxException.FromLastError("fchmod", $"cannot copy up '{path}'");
    }
}
