using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Layers.Tar;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Layers.Trees;

/// <summary>Makes the entries of a tar below a directory. Every name is made, opened and changed relative to the handle of its parent and without
/// following links, so neither the tar nor a process that changes the tree meanwhile can lead it outside.</summary>
internal sealed unsafe partial class TreeWriter : IDisposable
{
    private const OpenFlags NewFile = OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow | OpenFlags.CloseOnExec;
    private readonly TreeWriterOptions _options;
    private readonly string _basePath;
    private readonly DirectoryStack _directories;
    private readonly HardLinkSources _links;
    private readonly ProcessDefaults _process = ProcessDefaults.Read();
    private readonly ReplaceBlocker _replaceBlocker;

    /// <param name="root">What "/" is to symbolic links on the way; kept alive by the caller, as <paramref name="start"/>.</param>
    /// <param name="basePath">The place of <paramref name="start"/> in the root, "" when it is the root.</param>
    internal TreeWriter(SafeFileHandle root, string basePath, SafeFileHandle start, TreeWriterOptions options)
    {
        (_options, _basePath) = (options, basePath.TrimEnd('/'));
        _directories = new DirectoryStack(root, basePath, start);
        _links = new HardLinkSources(root, basePath);
        _replaceBlocker = ReplaceBlocker;
    }

    /// <summary>Lengths of the files and symbolic links written, holes included: what stat(2) says of them.</summary>
    internal long FileBytes { get; private set; }

    public void Dispose()
    {
        _links.Dispose();
        _directories.Dispose();
    }

    /// <summary>The open parent of <paramref name="path"/>, made when missing.</summary>
    internal OpenDirectory EnterParent(EntryPath path, ReadOnlySpan<byte> entry) => _directories.Enter(path, path.Depth - 1, entry, _replaceBlocker);

    /// <summary>Makes one entry; what has its name already is replaced, except that directories are merged.</summary>
    /// <exception cref="FaultException">InvalidArgument: the entry is refused. Else the errno's kind.</exception>
    internal void Write(TarEntry entry, EntryPath path, TarReader data)
    {
        if (path.Depth == 0)
        {
            WriteRoot(entry, path);
            return;
        }
        OpenDirectory parent = EnterParent(path, entry.Name);
        parent.IsChanged = true;
        fixed (byte* name = path.LastWithZero)
        {
            switch (entry.Kind)
            {
                case TarKind.File: WriteFile(parent, name, entry, data); break;
                case TarKind.Directory: WriteDirectory(parent, name, path.Last, entry); break;
                case TarKind.HardLink: WriteHardLink(parent, name, entry); break;
                case TarKind.SymbolicLink: WriteSymbolicLink(parent, name, path.Last, entry); break;
                default: WriteNode(parent, name, path.Last, entry); break;
            }
        }
    }

    private void WriteRoot(TarEntry entry, EntryPath path)
    {
        if (entry.Kind != TarKind.Directory) throw TarFault.Refused(entry.Name, "the root can only be a directory");
        OpenDirectory root = _directories.Enter(path, 0, entry.Name, _replaceBlocker);
        if (_options.AppliesRoot) SetDirectoryAttributes(root, entry, ownerFits: false);
    }

    private void WriteDirectory(OpenDirectory parent, byte* name, ReadOnlySpan<byte> plainName, TarEntry entry)
    {
        bool isNew = Libc.mkdirat(parent.Fd, name, entry.Mode & 0x1FF) == 0;
        if (!isNew && LinuxException.LastError != Errno.EEXIST) throw Failed("mkdirat", entry);
        const OpenFlags Flags = OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow | OpenFlags.CloseOnExec;
        bool isOpaque = false;
        int fd = Libc.openat(parent.Fd, name, Flags, 0);
        if (fd < 0 && !isNew && LinuxException.LastError is Errno.ENOTDIR or Errno.ELOOP)
        {
            isOpaque = IsWhiteout(parent.Fd, name);
            ClearWay(parent, name, entry);
            isNew = Libc.mkdirat(parent.Fd, name, entry.Mode & 0x1FF) == 0;
            fd = Libc.openat(parent.Fd, name, Flags, 0);
        }
        if (fd < 0) throw Failed("openat", entry);
        if (isNew && parent.HasDefaultAcl) DropInheritedAcl(fd);
        if (isOpaque) SetOpaque(fd, entry.Name);
        SetDirectoryAttributes(_directories.Push(fd, plainName, isNew), entry, ownerFits: isNew && !parent.IsSetGid);
    }

    private void SetDirectoryAttributes(OpenDirectory directory, TarEntry entry, bool ownerFits)
    {
        (uint uid, uint gid) = _options.Owner ?? (entry.Uid, entry.Gid);
        if (!(ownerFits && _process.Owns(uid, gid)) && Libc.fchown(directory.Fd, uid, gid) < 0) throw Failed("fchown", entry);
        if (Libc.fchmod(directory.Fd, entry.Mode) < 0) throw Failed("fchmod", entry);
        SetXattrs(directory.Fd, entry);
        bool hasDefaultAcl = entry.Xattrs.Any(static xattr => xattr.Name == PosixAcl.DefaultName);
        _directories.ChecksAcl |= hasDefaultAcl;
        directory.SetAttributes(entry.Mode, AccessTime(entry), ModifyTime(entry), hasDefaultAcl);
    }

    private void WriteFile(OpenDirectory parent, byte* name, TarEntry entry, TarReader data)
    {
        int fd = Libc.openat(parent.Fd, name, NewFile, entry.Mode & 0x1FF);
        if (fd < 0 && LinuxException.LastError == Errno.EEXIST)
        {
            ClearWay(parent, name, entry);
            fd = Libc.openat(parent.Fd, name, NewFile, entry.Mode & 0x1FF);
        }
        if (fd < 0) throw Failed("openat", entry);
        try
        {
            WriteContent(fd, entry, data);
            (uint uid, uint gid) = _options.Owner ?? (entry.Uid, entry.Gid);
            if ((!_process.Owns(uid, gid) || parent.IsSetGid) && Libc.fchown(fd, uid, gid) < 0) throw Failed("fchown", entry);
            if (parent.HasDefaultAcl) DropInheritedAcl(fd);
            // After fchown, which drops the set-id bits; before the xattrs, whose security.capability fchown drops too.
            if ((!_process.Keeps(entry.Mode) || parent.HasDefaultAcl) && Libc.fchmod(fd, entry.Mode) < 0) throw Failed("fchmod", entry);
            SetXattrs(fd, entry);
            Timespec* times = stackalloc Timespec[2] { AccessTime(entry), ModifyTime(entry) };
            if (Libc.futimens(fd, times) < 0) throw Failed("futimens", entry);
        }
        finally
        {
            Libc.close(fd);
        }
    }

    private void WriteHardLink(OpenDirectory parent, byte* name, TarEntry entry)
    {
        if (TryLink(parent, name, entry)) return;
        ClearWay(parent, name, entry);
        if (!TryLink(parent, name, entry)) throw new LinuxException(Errno.EEXIST, "linkat", $"cannot unpack '{entry.DisplayName}'");
    }

    /// <returns>True also when the name is a link to that file already. False: something else has the name.</returns>
    private bool TryLink(OpenDirectory parent, byte* name, TarEntry entry)
    {
        (int source, byte[] sourceName) = _links.Find(entry);
        fixed (byte* from = sourceName)
        {
            if (Libc.linkat(source, from, parent.Fd, name, 0) == 0) return true;
            Errno errno = LinuxException.LastError;
            if (errno == Errno.EEXIST && IsSameFile(source, from, parent.Fd, name)) return true;
            return errno == Errno.EEXIST ? false
                : throw (errno == Errno.ENOENT
                    ? TarFault.Refused(entry.Name, $"its hard link's target '{TarText.Display(entry.LinkName)}' does not exist")
                    : new LinuxException(errno, "linkat", $"cannot unpack '{entry.DisplayName}'"));
        }
    }

    private void WriteSymbolicLink(OpenDirectory parent, byte* name, ReadOnlySpan<byte> plainName, TarEntry entry)
    {
        fixed (byte* target = (byte[])[.. entry.LinkName, 0])
        {
            if (Libc.symlinkat(target, parent.Fd, name) < 0)
            {
                if (LinuxException.LastError != Errno.EEXIST) throw Failed("symlinkat", entry);
                ClearWay(parent, name, entry);
                if (Libc.symlinkat(target, parent.Fd, name) < 0) throw Failed("symlinkat", entry);
            }
        }
        FileBytes += entry.LinkName.Length;
        SetAttributesByName(parent, name, plainName, entry);
    }

    private void WriteNode(OpenDirectory parent, byte* name, ReadOnlySpan<byte> plainName, TarEntry entry)
    {
        FileKind kind = entry.Kind switch
        {
            TarKind.CharacterDevice => FileKind.CharacterDevice,
            TarKind.BlockDevice => FileKind.BlockDevice,
            _ => FileKind.Fifo,
        };
        uint mode = (entry.Mode & 0x1FF) | (uint)kind;
        ulong device = DeviceNumber(entry.DeviceMajor, entry.DeviceMinor);
        if (Libc.mknodat(parent.Fd, name, mode, device) < 0)
        {
            if (LinuxException.LastError != Errno.EEXIST) throw Failed("mknodat", entry);
            ClearWay(parent, name, entry);
            if (Libc.mknodat(parent.Fd, name, mode, device) < 0) throw Failed("mknodat", entry);
        }
        SetAttributesByName(parent, name, plainName, entry);
        if (_process.Keeps(entry.Mode) && !parent.HasDefaultAcl) return;
        // Not by name: fchmodat follows a link that somebody may have put there meanwhile.
        int place = Libc.openat(parent.Fd, name, OpenFlags.Path | OpenFlags.NoFollow | OpenFlags.CloseOnExec, 0);
        if (place < 0) throw Failed("openat", entry);
        using SafeFileHandle handle = new(place, ownsHandle: true);
        if (Files.Stat(handle).Kind != FileKind.SymbolicLink && Libc.fchmodat(Libc.AT_FDCWD, handle.ProcPath(), entry.Mode, 0) < 0)
            throw Failed("fchmodat", entry);
    }

    /// <summary>gnu_dev_makedev: 12 bits of major and 20 of minor, interleaved.</summary>
    internal static ulong DeviceNumber(uint major, uint minor)
        => (major & 0xfffUL) << 8 | (major & ~0xfffUL) << 32 | (minor & 0xffUL) | (minor & ~0xffUL) << 12;

    private static LinuxException Failed(string syscall, TarEntry entry) => LinuxException.FromLastError(syscall, $"cannot unpack '{entry.DisplayName}'");
}
