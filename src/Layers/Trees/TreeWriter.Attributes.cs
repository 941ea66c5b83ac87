using System.Text;
using Sampan.Layers.Tar;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Layers.Trees;

/// <summary>Contents, owners, times, extended attributes, and what is in the way.</summary>
internal sealed unsafe partial class TreeWriter
{
    private void WriteContent(int fd, TarEntry entry, TarReader data)
    {
        long at = 0, pieceLeft = entry.Sparse is null ? long.MaxValue : 0, length = 0;
        int piece = 0;
        while (true)
        {
            ReadOnlySpan<byte> bytes = data.TakeData();
            if (bytes.IsEmpty) break;
            length += bytes.Length;
            while (!bytes.IsEmpty)
            {
                for (; pieceLeft == 0; piece++) (at, pieceLeft) = (entry.Sparse!.Pieces[piece].Offset, entry.Sparse.Pieces[piece].Length);
                ReadOnlySpan<byte> part = bytes[..(int)Math.Min(bytes.Length, pieceLeft)];
                WriteAt(fd, part, at, entry);
                at += part.Length;
                pieceLeft -= part.Length;
                bytes = bytes[part.Length..];
            }
        }
        FileBytes += entry.Sparse?.RealSize ?? length;
        if (entry.Sparse is { } sparse && Libc.ftruncate(fd, sparse.RealSize) < 0) throw Failed("ftruncate", entry);
    }

    private static void WriteAt(int fd, ReadOnlySpan<byte> bytes, long offset, TarEntry entry)
    {
        while (!bytes.IsEmpty)
        {
            nint written;
            fixed (byte* start = bytes) written = Libc.pwrite(fd, start, (nuint)bytes.Length, offset);
            if (written < 0 && LinuxException.LastError == Errno.EINTR) continue;
            if (written < 0) throw Failed("write", entry);
            offset += written;
            bytes = bytes[(int)written..];
        }
    }

    /// <summary>For what must not be opened: owner, xattrs and times of the name itself, links not followed.</summary>
    private void SetAttributesByName(OpenDirectory parent, byte* name, ReadOnlySpan<byte> plainName, TarEntry entry)
    {
        (uint uid, uint gid) = _options.Owner ?? (entry.Uid, entry.Gid);
        if ((!_process.Owns(uid, gid) || parent.IsSetGid) && Libc.fchownat(parent.Fd, name, uid, gid, Libc.AT_SYMLINK_NOFOLLOW) < 0)
            throw Failed("fchownat", entry);
        foreach (TarXattr xattr in entry.Xattrs)
        {
            if (IsForbidden(xattr.Name) || ExtendedAttributes.TrySet(parent.Fd, plainName, xattr.Name, xattr.Value, out Errno errno)) continue;
            RefuseXattr(xattr.Name, errno, entry);
        }
        Timespec* times = stackalloc Timespec[2] { AccessTime(entry), ModifyTime(entry) };
        if (Libc.utimensat(parent.Fd, name, times, Libc.AT_SYMLINK_NOFOLLOW) < 0) throw Failed("utimensat", entry);
    }

    private static void SetXattrs(int fd, TarEntry entry)
    {
        foreach (TarXattr xattr in entry.Xattrs)
        {
            if (IsForbidden(xattr.Name) || ExtendedAttributes.TrySet(fd, xattr.Name, xattr.Value, out Errno errno)) continue;
            RefuseXattr(xattr.Name, errno, entry);
        }
    }

    /// <summary>overlayfs' own attributes (redirect, metacopy, opaque, origin) are ours to set: from a tar they would point into other layers.</summary>
    private static bool IsForbidden(string name)
        => name.StartsWith("trusted.overlay.", StringComparison.Ordinal) || name.StartsWith("user.overlay.", StringComparison.Ordinal);

    /// <summary>As Docker: what the file system has no place for, or this process no right to, is left out; a capability never is,
    /// the program would not work without it.</summary>
    private static void RefuseXattr(string name, Errno errno, TarEntry entry)
    {
        if (errno == Errno.EOPNOTSUPP || (errno == Errno.EPERM && name != "security.capability")) return;
        throw new LinuxException(errno, "setxattr", $"cannot unpack '{entry.DisplayName}': extended attribute '{TarText.Display(Encoding.UTF8.GetBytes(name))}'");
    }

    private static void DropInheritedAcl(int fd)
    {
        foreach (string name in (ReadOnlySpan<string>)[PosixAcl.AccessName, PosixAcl.DefaultName])
        {
            using Utf8Text text = new(name);
            Libc.fremovexattr(fd, text.Pointer);   // ENODATA: it had none
        }
    }

    private void ClearWay(OpenDirectory parent, byte* name, TarEntry entry)
    {
        if (_options.NoOverwriteDirNonDir && TryStat(parent.Fd, name, out Statx there)
            && (there.Kind == FileKind.Directory) != (entry.Kind == TarKind.Directory))
        {
            // Docker's words: clients know them.
            string path = $"{_basePath}/{entry.DisplayName.TrimEnd('/')}", target = _basePath.Length == 0 ? "/" : _basePath;
            throw new Faults.FaultException(Faults.FaultKind.InvalidArgument, there.Kind == FileKind.Directory
                ? $"cannot overwrite directory \"{path}\" with non-directory \"{target}\"" : $"cannot overwrite non-directory \"{path}\" with directory \"{target}\"");
        }
        _links.Forget();   // the directory it holds may go
        TreeRemover.Remove(parent.Fd, name, entry.DisplayName, _options.IsElsewhere);
    }

    /// <summary>A directory is needed where the layer itself left a whiteout: it takes the whiteout's place, and hides what that hid.</summary>
    private bool ReplaceBlocker(OpenDirectory parent, ReadOnlySpan<byte> nameWithZero)
    {
        fixed (byte* name = nameWithZero)
        {
            if (!IsWhiteout(parent.Fd, name) || Libc.unlinkat(parent.Fd, name, 0) < 0 || Libc.mkdirat(parent.Fd, name, 0x1ED) < 0) return false;
            parent.IsChanged = true;
            int fd = Libc.openat(parent.Fd, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow | OpenFlags.CloseOnExec, 0);
            if (fd < 0) return false;
            SetOpaque(fd, nameWithZero[..^1]);
            Libc.close(fd);
            return true;
        }
    }

    internal void SetOpaque(int directory, ReadOnlySpan<byte> entry)
    {
        if (_options.OpaqueXattr is { } name && !ExtendedAttributes.TrySet(directory, name, "y"u8, out Errno errno))
            throw new LinuxException(errno, "fsetxattr", $"cannot unpack '{TarText.Display(entry)}': extended attribute '{name}'");
    }

    internal bool IsWhiteout(int parent, byte* name) => _options.OpaqueXattr is not null && TryStat(parent, name, out Statx stat)
        && stat is { Kind: FileKind.CharacterDevice, RdevMajor: 0, RdevMinor: 0 };

    private static bool IsSameFile(int directory, byte* name, int otherDirectory, byte* otherName)
        => TryStat(directory, name, out Statx one) && TryStat(otherDirectory, otherName, out Statx other)
            && one.Inode == other.Inode && one.DevMajor == other.DevMajor && one.DevMinor == other.DevMinor;

    internal static bool TryStat(int directory, byte* name, out Statx stat)
    {
        fixed (Statx* buffer = &stat) return Libc.statx(directory, name, Libc.AT_SYMLINK_NOFOLLOW, Statx.BasicStats, buffer) == 0;
    }

    private static Timespec ModifyTime(TarEntry entry) => new(entry.ModifyTime.Seconds, entry.ModifyTime.Nanoseconds);

    private static Timespec AccessTime(TarEntry entry) => entry.AccessTime is { } time ? new(time.Seconds, time.Nanoseconds) : ModifyTime(entry);
}
