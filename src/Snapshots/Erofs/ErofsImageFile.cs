using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Snapshots.Erofs;

/// <summary>The file an image is written to: hands out blocks for data and places for inodes, which lie between them. What nobody writes is a hole that reads as zeros.</summary>
internal sealed unsafe class ErofsImageFile(SafeFileHandle file)
{
    private const int InodeExtentBlocks = 16;
    /// <summary>The end of a file or directory as small as this lies behind its inode; a larger one gets a block.</summary>
    private const int MaxInlineTail = ErofsFormat.BlockSize / 2;
    private long _at, _end;   // the extent of inodes being filled, in bytes

    /// <summary>Blocks handed out; the first is the super block's.</summary>
    internal long Blocks { get; private set; } = 1;

    /// <exception cref="FaultException">NotSupported: more than the format's 16 TiB.</exception>
    internal uint TakeBlocks(long count)
    {
        if (Blocks + count > uint.MaxValue) throw new FaultException(FaultKind.NotSupported, "cannot make an EROFS image: the layer has more than 16 TiB");
        uint first = (uint)Blocks;
        Blocks += count;
        return first;
    }

    /// <summary>A place for an inode, what follows it at once (<paramref name="extra"/> bytes of attributes or of a map) and its data.</summary>
    /// <param name="size">Of the data; 0 when it lies elsewhere.</param>
    internal ErofsPlace Place(int extra, long size)
    {
        int head = ErofsFormat.InodeSize + extra, tail = (int)(size % ErofsFormat.BlockSize);
        bool isInline = tail is > 0 and <= MaxInlineTail && head % ErofsFormat.BlockSize + tail <= ErofsFormat.BlockSize;
        long blocks = size / ErofsFormat.BlockSize + (tail > 0 && !isInline ? 1 : 0);
        uint first = blocks > 0 ? TakeBlocks(blocks) : ErofsFormat.NullAddress;
        return new ErofsPlace(TakeInode(head, isInline ? tail : 0), head, isInline ? ErofsFormat.FlatInline : ErofsFormat.FlatPlain, first);
    }

    internal void Write(long position, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            for (int done = 0; done < bytes.Length;)
            {
                nint written = Libc.pwrite(file.Fd(), start + done, (nuint)(bytes.Length - done), position + done);
                if (written < 0 && LinuxException.LastError == Errno.EINTR) continue;
                if (written < 0) throw LinuxException.FromLastError("pwrite", "cannot write an EROFS image");
                done += (int)written;
            }
        }
    }

    /// <summary>Copies within the kernel; where the file system can, both share the blocks.</summary>
    internal void CopyFrom(SafeFileHandle source, long from, long length, long position)
    {
        for (long end = from + length; from < end;)
        {
            nint copied = Libc.copy_file_range(source.Fd(), &from, file.Fd(), &position, (nuint)(end - from), 0);
            if (copied < 0 && LinuxException.LastError == Errno.EINTR) continue;
            if (copied < 0) throw LinuxException.FromLastError("copy_file_range", "cannot write an EROFS image");
            if (copied == 0) return;   // shorter than it said: the rest reads as zeros
        }
    }

    /// <summary>Gives the file its length and sends it to the disk: an image that was recorded is whole, also after a power failure.</summary>
    internal void Finish(ReadOnlySpan<byte> firstBlock)
    {
        Write(0, firstBlock);
        if (Libc.ftruncate(file.Fd(), Blocks * ErofsFormat.BlockSize) < 0) throw LinuxException.FromLastError("ftruncate", "cannot write an EROFS image");
        RandomAccess.FlushToDisk(file);
    }

    private long TakeInode(int head, int tail)
    {
        long at = Fit((_at + ErofsFormat.SlotSize - 1) & -ErofsFormat.SlotSize, head, tail);
        if (at + head + tail > _end)
        {
            long blocks = Math.Max(InodeExtentBlocks, (head + tail + ErofsFormat.BlockSize - 1) / ErofsFormat.BlockSize + 1);
            at = (long)TakeBlocks(blocks) << ErofsFormat.BlockBits;
            _end = at + (blocks << ErofsFormat.BlockBits);
            at = Fit(at, head, tail);
        }
        _at = at + head + tail;
        return at;
    }

    // Neither an inode nor data behind it may lie across two blocks.
    private static long Fit(long at, int head, int tail)
    {
        long inBlock = at % ErofsFormat.BlockSize;
        bool crosses = inBlock + ErofsFormat.InodeSize > ErofsFormat.BlockSize || (tail > 0 && (inBlock + head) % ErofsFormat.BlockSize + tail > ErofsFormat.BlockSize);
        return crosses ? (at | (ErofsFormat.BlockSize - 1)) + 1 : at;
    }
}

/// <param name="Position">Of the inode in the image, bytes.</param>
/// <param name="Head">Bytes of inode and attributes; data follows when the layout is inline.</param>
/// <param name="FirstBlock">Of the data that is not inline.</param>
internal readonly record struct ErofsPlace(long Position, int Head, int Layout, uint FirstBlock)
{
    internal ulong Nid => (ulong)(Position / ErofsFormat.SlotSize);
}
