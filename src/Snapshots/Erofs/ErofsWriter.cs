using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Snapshots.Erofs;

/// <summary>Writes everything below a directory as an EROFS image: kinds, owners, modes, times, extended attributes, hard links, holes, devices. The same tree gives the same bytes.
/// Memory grows with the names of the directories on the way down and with files of several names, not with the tree.</summary>
internal sealed unsafe class ErofsWriter
{
    private readonly ErofsImageFile _image;
    private readonly Dictionary<(ulong Inode, uint Major, uint Minor), ulong> _links = [];
    private uint _inodes;
    private bool _hasChunks;

    private ErofsWriter(SafeFileHandle image) => _image = new ErofsImageFile(image);

    /// <param name="top">Opened for reading.</param>
    /// <param name="image">Empty, opened for writing.</param>
    /// <param name="volume">16 bytes that tell images apart: a UUID.</param>
    /// <exception cref="Faults.FaultException">LinuxException of reading and writing (ENOSPC, …). NotSupported: what the format cannot hold.</exception>
    internal static void Write(SafeFileHandle top, SafeFileHandle image, ReadOnlySpan<byte> volume)
    {
        ErofsWriter writer = new(image);
        // The root comes first: its number has 16 bits.
        ulong root = writer.WriteDirectory(top, Files.Stat(top), ErofsXattrs.Encode(top.Fd(), []), parent: null);
        writer._image.Finish(ErofsFormat.FirstBlock(root, writer._inodes, (uint)writer._image.Blocks, volume, writer._hasChunks));
    }

    private ulong WriteDirectory(SafeFileHandle directory, in Statx stat, byte[] xattrs, ulong? parent)
    {
        ErofsDirectory content = new(directory);
        ErofsPlace place = _image.Place(xattrs.Length, content.Size);
        uint number = ++_inodes, links = 2;
        for (int i = 0; i < content.Names.Count; i++)
        {
            byte[] name = content.Names[i];
            (ulong nid, FileKind kind) = name switch
            {
                [(byte)'.'] => (place.Nid, FileKind.Directory),
                [(byte)'.', (byte)'.'] => (parent ?? place.Nid, FileKind.Directory),
                _ => WriteEntry(directory, name, place.Nid, ref links),
            };
            content.Set(i, nid, ErofsInode.KindCode(kind));
        }
        WriteInode(place, stat, xattrs, content.Size, place.FirstBlock, number, links);
        content.Write((at, block) => _image.Write(PositionOf(place, content.Size, at), block.Span));
        return place.Nid;
    }

    private (ulong Nid, FileKind Kind) WriteEntry(SafeFileHandle directory, byte[] name, ulong parent, ref uint links)
    {
        byte[] nameWithZero = [.. name, 0];
        fixed (byte* text = nameWithZero)
        {
            Statx stat;
            if (Libc.statx(directory.Fd(), text, Libc.AT_SYMLINK_NOFOLLOW, Statx.BasicStats, &stat) < 0) throw Failed("statx", name);
            if (stat is { LinkCount: > 1, Kind: not FileKind.Directory } && _links.TryGetValue((stat.Inode, stat.DevMajor, stat.DevMinor), out ulong known)) return (known, stat.Kind);
            byte[] xattrs = ErofsXattrs.Encode(directory.Fd(), name);
            ulong nid;
            switch (stat.Kind)
            {
                case FileKind.Directory:
                    links++;
                    using (SafeFileHandle inner = Open(directory, text, OpenFlags.Directory, name)) nid = WriteDirectory(inner, stat, xattrs, parent);
                    break;
                case FileKind.Regular:
                    using (SafeFileHandle file = Open(directory, text, 0, name)) nid = WriteFile(file, stat, xattrs);
                    break;
                case FileKind.SymbolicLink:
                    nid = WriteLink(directory, text, stat, xattrs, name);
                    break;
                default:
                    ErofsPlace place = _image.Place(xattrs.Length, 0);
                    WriteInode(place, stat, xattrs, 0, ErofsInode.DeviceNumber(stat), ++_inodes, stat.LinkCount);
                    nid = place.Nid;
                    break;
            }
            if (stat is { LinkCount: > 1, Kind: not FileKind.Directory }) _links.Add((stat.Inode, stat.DevMajor, stat.DevMinor), nid);
            return (nid, stat.Kind);
        }
    }

    private ulong WriteFile(SafeFileHandle file, in Statx stat, byte[] xattrs)
    {
        long size = (long)stat.Size;
        if ((long)stat.Blocks * 512 < size && ErofsChunks.TryMap(file, size, out ErofsChunks? chunks)) return WriteChunks(file, stat, xattrs, chunks);
        ErofsPlace place = _image.Place(xattrs.Length, size);
        WriteInode(place, stat, xattrs, size, place.FirstBlock, ++_inodes, stat.LinkCount);
        long tail = place.Layout == ErofsFormat.FlatInline ? size % ErofsFormat.BlockSize : 0;
        if (size > tail) _image.CopyFrom(file, 0, size - tail, PositionOf(place, size, 0));
        if (tail > 0) WriteTail(file, size - tail, (int)tail, place.Position + place.Head);
        return place.Nid;
    }

    private void WriteTail(SafeFileHandle file, long from, int length, long position)
    {
        byte* tail = stackalloc byte[ErofsFormat.BlockSize];
        nint got = Libc.pread(file.Fd(), tail, (nuint)length, from);
        if (got < 0) throw LinuxException.FromLastError("pread", "cannot read a file for an EROFS image");
        _image.Write(position, new ReadOnlySpan<byte>(tail, (int)got));
    }

    private ulong WriteChunks(SafeFileHandle file, in Statx stat, byte[] xattrs, ErofsChunks chunks)
    {
        _hasChunks = true;
        byte[] map = chunks.Write(file, _image);
        ErofsPlace place = _image.Place(xattrs.Length + map.Length, 0) with { Layout = ErofsFormat.ChunkBased };
        WriteInode(place, stat, xattrs, (long)stat.Size, chunks.Format, ++_inodes, stat.LinkCount);
        _image.Write(place.Position + ErofsFormat.InodeSize + xattrs.Length, map);
        return place.Nid;
    }

    private ulong WriteLink(SafeFileHandle directory, byte* text, in Statx stat, byte[] xattrs, byte[] name)
    {
        byte* target = stackalloc byte[ErofsFormat.BlockSize];
        nint length = Libc.readlinkat(directory.Fd(), text, target, ErofsFormat.BlockSize);
        if (length < 0) throw Failed("readlinkat", name);
        ErofsPlace place = _image.Place(xattrs.Length, length);
        WriteInode(place, stat, xattrs, length, place.FirstBlock, ++_inodes, stat.LinkCount);
        _image.Write(PositionOf(place, length, 0), new ReadOnlySpan<byte>(target, (int)length));
        return place.Nid;
    }

    private void WriteInode(in ErofsPlace place, in Statx stat, byte[] xattrs, long size, uint union, uint number, uint links)
    {
        Span<byte> inode = stackalloc byte[ErofsFormat.InodeSize];
        ErofsInode.Encode(inode, stat, place.Layout, xattrs.Length, size, union, number, links);
        _image.Write(place.Position, inode);
        if (xattrs.Length > 0) _image.Write(place.Position + ErofsFormat.InodeSize, xattrs);
    }

    /// <summary>Where byte <paramref name="at"/> of the content lies: its last block may be behind the inode.</summary>
    private static long PositionOf(in ErofsPlace place, long size, long at)
        => place.Layout == ErofsFormat.FlatInline && at >= size / ErofsFormat.BlockSize * ErofsFormat.BlockSize ? place.Position + place.Head : ((long)place.FirstBlock << ErofsFormat.BlockBits) + at;

    private static SafeFileHandle Open(SafeFileHandle directory, byte* name, OpenFlags flags, byte[] plainName)
    {
        int fd = Libc.openat(directory.Fd(), name, OpenFlags.ReadOnly | OpenFlags.NoFollow | OpenFlags.CloseOnExec | flags, 0);
        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw Failed("openat", plainName);
    }

    private static LinuxException Failed(string syscall, byte[] name)
        => LinuxException.FromLastError(syscall, $"cannot put '{System.Text.Encoding.UTF8.GetString(name)}' into an EROFS image");
}
