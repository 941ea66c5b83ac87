using System.Buffers.Binary;
using Sampan.Linux.Native;

namespace Sampan.Snapshots.Erofs;

/// <summary>One inode in its extended form (struct erofs_inode_extended), which alone has a time of its own.</summary>
internal static class ErofsInode
{
    private const int Extended = 1;

    /// <param name="union">The first block, the device's number or the format of the chunks.</param>
    /// <param name="number">What 32-bit programs see as the inode's number.</param>
    internal static void Encode(Span<byte> inode, in Statx stat, int layout, int xattrBytes, long size, uint union, uint number, uint links)
    {
        inode[..ErofsFormat.InodeSize].Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(inode, (ushort)(Extended | layout << 1));
        BinaryPrimitives.WriteUInt16LittleEndian(inode[2..], ErofsXattrs.Count(xattrBytes));
        BinaryPrimitives.WriteUInt16LittleEndian(inode[4..], stat.Mode);
        BinaryPrimitives.WriteInt64LittleEndian(inode[8..], size);
        BinaryPrimitives.WriteUInt32LittleEndian(inode[16..], union);
        BinaryPrimitives.WriteUInt32LittleEndian(inode[20..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(inode[24..], stat.Uid);
        BinaryPrimitives.WriteUInt32LittleEndian(inode[28..], stat.Gid);
        BinaryPrimitives.WriteInt64LittleEndian(inode[32..], stat.ModifyTime.Seconds);
        BinaryPrimitives.WriteUInt32LittleEndian(inode[40..], stat.ModifyTime.Nanoseconds);
        BinaryPrimitives.WriteUInt32LittleEndian(inode[44..], links);
    }

    /// <summary>new_encode_dev: 12 bits of major and 20 of minor in 32.</summary>
    internal static uint DeviceNumber(in Statx stat) => (stat.RdevMinor & 0xff) | stat.RdevMajor << 8 | (stat.RdevMinor & ~0xffu) << 12;

    /// <summary>The kind in a directory's entry, EROFS_FT_….</summary>
    internal static byte KindCode(FileKind kind) => kind switch
    {
        FileKind.Regular => 1,
        FileKind.Directory => 2,
        FileKind.CharacterDevice => 3,
        FileKind.BlockDevice => 4,
        FileKind.Fifo => 5,
        FileKind.Socket => 6,
        FileKind.SymbolicLink => 7,
        _ => 0,
    };
}
