using Microsoft.Win32.SafeHandles;
using Sampan.Layers.Tar;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Layers.Trees;

/// <summary>The open directories from the tree's root to the parent of the current entry. Entries come mostly sorted, so the next one usually needs
/// none, or one more. Every step down is one name opened without following links; a symbolic link on the way is resolved by the kernel inside
/// the root. A directory's times are put back (or set, when its own entry came by) when it is left: its content changes them.</summary>
internal sealed unsafe class DirectoryStack : IDisposable
{
    private readonly int _root;
    private readonly byte[] _basePath;
    private readonly List<OpenDirectory> _levels = [];   // [0] is the base; reused, _depth + 1 of them are open
    private int _depth;

    /// <param name="root">What "/" is to symbolic links. Kept alive by the caller.</param>
    /// <param name="basePath">The tree's place in the root, "" when it is the root itself.</param>
    /// <param name="start">The open directory at that place. Kept alive by the caller.</param>
    internal DirectoryStack(SafeFileHandle root, string basePath, SafeFileHandle start)
    {
        _root = root.Fd();
        _basePath = System.Text.Encoding.UTF8.GetBytes(basePath.TrimEnd('/'));
        int fd = Libc.fcntl(start.Fd(), Libc.F_DUPFD_CLOEXEC, 3);
        if (fd < 0) throw LinuxException.FromLastError("fcntl", "cannot duplicate a directory's descriptor");
        OpenDirectory level = new();
        level.Enter(fd, [], isNew: false, checksAcl: false);
        _levels.Add(level);
    }

    /// <summary>Set as soon as some directory got a default ACL: from then on every directory entered is asked for one.</summary>
    internal bool ChecksAcl { get; set; }

    internal OpenDirectory Top => _levels[_depth];

    /// <summary>Opens the first <paramref name="depth"/> names of <paramref name="path"/>; what is missing is made, 0755 and root's.</summary>
    /// <param name="replace">Asked when a name is there but no directory: true when it was removed to make room.</param>
    internal OpenDirectory Enter(EntryPath path, int depth, ReadOnlySpan<byte> entry, ReplaceBlocker replace)
    {
        int common = 0;
        while (common < depth && common < _depth && path[common].SequenceEqual(_levels[common + 1].Name)) common++;
        LeaveTo(common);
        for (int level = common; level < depth; level++) Descend(path, level, entry, replace);
        return Top;
    }

    /// <summary>Steps into a directory just made or found in <see cref="Top"/>.</summary>
    internal OpenDirectory Push(int fd, ReadOnlySpan<byte> name, bool isNew)
    {
        if (++_depth == _levels.Count) _levels.Add(new OpenDirectory());
        Top.Enter(fd, name, isNew, ChecksAcl);
        return Top;
    }

    public void Dispose()
    {
        for (; _depth >= 0; _depth--) Top.Leave();
    }

    private void LeaveTo(int depth)
    {
        for (; _depth > depth; _depth--) Top.Leave();
    }

    private void Descend(EntryPath path, int level, ReadOnlySpan<byte> entry, ReplaceBlocker replace)
    {
        const OpenFlags Flags = OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow | OpenFlags.CloseOnExec;
        fixed (byte* name = path.WithZero(level))
        {
            bool isNew = false;
            int fd = Libc.openat(Top.Fd, name, Flags, 0);
            Errno errno = fd < 0 ? LinuxException.LastError : Errno.None;
            if (errno is Errno.ENOTDIR or Errno.ELOOP)
            {
                fd = RootResolution.Open(_root, path.Join(_basePath, level + 1), OpenFlags.ReadOnly | OpenFlags.Directory);
                if (fd < 0 && (isNew = replace(Top, path.WithZero(level)))) fd = Libc.openat(Top.Fd, name, Flags, 0);
            }
            else if (errno == Errno.ENOENT)
            {
                isNew = Libc.mkdirat(Top.Fd, name, 0x1ED /* 0755 */) == 0;
                if (isNew) fd = Libc.openat(Top.Fd, name, Flags, 0);
                errno = LinuxException.LastError;
            }
            Top.IsChanged |= isNew;
            if (fd < 0)
                throw errno is Errno.ENOTDIR or Errno.ELOOP ? TarFault.Refused(entry, $"'{TarText.Display(path[level])}' on its way is no directory")
                    : new LinuxException(errno, "openat", $"cannot unpack '{TarText.Display(entry)}'");
            if (isNew) Libc.fchmod(fd, 0x1ED);   // whatever the umask
            Push(fd, path[level], isNew);
        }
    }
}

/// <returns>True when what stood in the way of a directory has become one.</returns>
internal delegate bool ReplaceBlocker(OpenDirectory parent, ReadOnlySpan<byte> nameWithZero);
