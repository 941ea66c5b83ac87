using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Snapshots.Native;

/// <summary>Copies everything below one directory into another: kinds, owners, modes, times, extended attributes, hard links, holes.</summary>
internal sealed unsafe class TreeCopier
{
    private const nuint FICLONE = 0x40049409;
    private readonly SafeFileHandle _target;
    private readonly Dictionary<(ulong Inode, uint Major, uint Minor), byte[]> _links = [];   // first path of an inode with several names
    private readonly List<(byte[] Path, Statx Stat)> _directories = [];                       // their times are set last: their content changes them

    private TreeCopier(SafeFileHandle target) => _target = target;

    internal static void Copy(SafeFileHandle source, SafeFileHandle target)
    {
        TreeCopier copier = new(target);
        using TreeWalker walker = new(source);
        while (walker.Read()) copier.CopyEntry(walker);
        for (int i = copier._directories.Count - 1; i >= 0; i--) copier.SetTimes(copier._directories[i].Path, copier._directories[i].Stat);
        Statx root = Files.Stat(source);
        byte* here = stackalloc byte[2] { (byte)'.', 0 };
        SetOwnerAndMode(target.Fd(), here, root);
        CopyXattrs(source.Fd(), [], target.Fd(), []);
        copier.SetTimes([(byte)'.', 0], root);
    }

    private void CopyEntry(TreeWalker walker)
    {
        Statx stat = walker.Stat;
        byte[] path = [.. walker.Path, 0];
        fixed (byte* target = path, name = walker.NameWithZero)
        {
            if (stat is { LinkCount: > 1, Kind: not FileKind.Directory } && !_links.TryAdd((stat.Inode, stat.DevMajor, stat.DevMinor), path))
            {
                fixed (byte* first = _links[(stat.Inode, stat.DevMajor, stat.DevMinor)])
                    Check(Libc.linkat(_target.Fd(), first, _target.Fd(), target, 0), "linkat", path);
                return;
            }
            switch (stat.Kind)
            {
                case FileKind.Directory:
                    Check(Libc.mkdirat(_target.Fd(), target, 0x1C0), "mkdirat", path);
                    _directories.Add((path, stat));
                    break;
                case FileKind.Regular: CopyFile(walker.Directory.Fd(), name, target, (long)stat.Size, path); break;
                case FileKind.SymbolicLink: CopyLink(walker.Directory.Fd(), name, target, path); break;
                default:
                    ulong device = (stat.RdevMajor & 0xfffUL) << 8 | (stat.RdevMajor & ~0xfffUL) << 32 | (stat.RdevMinor & 0xffUL) | (stat.RdevMinor & ~0xffUL) << 12;
                    Check(Libc.mknodat(_target.Fd(), target, stat.Mode, device), "mknodat", path);
                    break;
            }
            SetOwnerAndMode(_target.Fd(), target, stat);
            using SafeFileHandle parent = OpenParent(path, out int start);
            CopyXattrs(walker.Directory.Fd(), walker.Name, parent.Fd(), path.AsSpan(start, path.Length - 1 - start));
            if (stat.Kind != FileKind.Directory) SetTimes(path, stat);
        }
    }

    private SafeFileHandle OpenParent(byte[] path, out int start)
    {
        start = path.AsSpan().LastIndexOf((byte)'/') + 1;
        byte[] parent = start == 0 ? [(byte)'.', 0] : [.. path.AsSpan(0, start - 1), 0];
        fixed (byte* text = parent)
        {
            int fd = Libc.openat(_target.Fd(), text, OpenFlags.Path | OpenFlags.Directory | OpenFlags.CloseOnExec, 0);
            Check(fd, "openat", path);
            return new SafeFileHandle(fd, ownsHandle: true);
        }
    }

    private void CopyFile(int directory, byte* name, byte* target, long size, byte[] path)
    {
        int from = Libc.openat(directory, name, OpenFlags.ReadOnly | OpenFlags.NoFollow | OpenFlags.CloseOnExec, 0);
        Check(from, "openat", path);
        using SafeFileHandle source = new(from, ownsHandle: true);
        int to = Libc.openat(_target.Fd(), target, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow | OpenFlags.CloseOnExec, 0x180);
        Check(to, "openat", path);
        using SafeFileHandle copy = new(to, ownsHandle: true);
        if (size == 0 || Libc.ioctl(to, FICLONE, (void*)from) == 0) return;
        FileContent.Copy(source, copy, size);
    }

    private void CopyLink(int directory, byte* name, byte* target, byte[] path)
    {
        byte* text = stackalloc byte[4097];
        nint length = Libc.readlinkat(directory, name, text, 4096);
        Check((int)length, "readlinkat", path);
        text[length] = 0;
        Check(Libc.symlinkat(text, _target.Fd(), target), "symlinkat", path);
    }

    private static void SetOwnerAndMode(int directory, byte* name, in Statx stat)
    {
        if (Libc.fchownat(directory, name, stat.Uid, stat.Gid, Libc.AT_SYMLINK_NOFOLLOW) < 0
            || (stat.Kind != FileKind.SymbolicLink && Libc.fchmodat(directory, name, stat.Permissions, 0) < 0))
            throw LinuxException.FromLastError("fchmodat", "cannot copy a file's owner and mode");
    }

    private static void CopyXattrs(int from, ReadOnlySpan<byte> name, int to, ReadOnlySpan<byte> target)
    {
        foreach ((string key, byte[] value) in ExtendedAttributes.List(from, name))
            if (!ExtendedAttributes.TrySet(to, target, key, value, out Errno errno) && errno is not (Errno.EOPNOTSUPP or Errno.EPERM))
                throw new LinuxException(errno, "lsetxattr", $"cannot copy extended attribute '{key}'");
    }

    private void SetTimes(byte[] path, in Statx stat)
    {
        Timespec* times = stackalloc Timespec[2]
        {
            new(stat.AccessTime.Seconds, stat.AccessTime.Nanoseconds), new(stat.ModifyTime.Seconds, stat.ModifyTime.Nanoseconds),
        };
        fixed (byte* text = path) Check(Libc.utimensat(_target.Fd(), text, times, Libc.AT_SYMLINK_NOFOLLOW), "utimensat", path);
    }

    private static void Check(int result, string syscall, byte[] path)
    {
        if (result < 0) throw LinuxException.FromLastError(syscall, $"cannot copy '{System.Text.Encoding.UTF8.GetString(path).TrimEnd('\0')}'");
    }
}
