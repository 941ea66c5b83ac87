using System.Buffers.Binary;
using System.Numerics;

namespace Sampan.Snapshots.Erofs;

/// <summary>The EROFS format as we write it: blocks of 4 KiB, nothing compressed, every inode in its extended form. Names and numbers are those of the kernel's
/// fs/erofs/erofs_fs.h; Documentation/filesystems/erofs.rst explains them.</summary>
internal static class ErofsFormat
{
    internal const uint Magic = 0xE0F5E1E2;
    internal const int BlockBits = 12, BlockSize = 1 << BlockBits;
    /// <summary>An inode's number (nid) is its place in units of this.</summary>
    internal const int SlotSize = 32;
    internal const int InodeSize = 64, DirentSize = 12, SuperOffset = 1024, SuperSize = 128;

    // Layouts of an inode's data.
    internal const int FlatPlain = 0, FlatInline = 2, ChunkBased = 4;

    /// <summary>"No block": of an empty file, and of a hole in a map of chunks.</summary>
    internal const uint NullAddress = uint.MaxValue;

    private const uint CompatChecksum = 1, CompatMtime = 2, IncompatChunkedFile = 4;

    /// <summary>The first block, with the super block in it.</summary>
    /// <param name="volume">16 bytes that tell images apart.</param>
    internal static byte[] FirstBlock(ulong rootNid, ulong inodes, uint blocks, ReadOnlySpan<byte> volume, bool hasChunks)
    {
        byte[] block = new byte[BlockSize];
        Span<byte> super = block.AsSpan(SuperOffset, SuperSize);
        BinaryPrimitives.WriteUInt32LittleEndian(super, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(super[8..], CompatChecksum | CompatMtime);
        super[12] = BlockBits;
        BinaryPrimitives.WriteUInt16LittleEndian(super[14..], checked((ushort)rootNid));
        BinaryPrimitives.WriteUInt64LittleEndian(super[16..], inodes);
        BinaryPrimitives.WriteUInt32LittleEndian(super[36..], blocks);
        volume[..16].CopyTo(super[48..]);
        BinaryPrimitives.WriteUInt32LittleEndian(super[80..], hasChunks ? IncompatChunkedFile : 0);
        // Over the block from the super block on, its own field as zero; neither inverted before nor after.
        uint sum = uint.MaxValue;
        for (int i = SuperOffset; i < BlockSize; i += 8) sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(block.AsSpan(i)));
        BinaryPrimitives.WriteUInt32LittleEndian(super[4..], sum);
        return block;
    }

    internal static bool IsImage(ReadOnlySpan<byte> firstBlock)
        => firstBlock.Length == BlockSize && BinaryPrimitives.ReadUInt32LittleEndian(firstBlock[SuperOffset..]) == Magic;
}
