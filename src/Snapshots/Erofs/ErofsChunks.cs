using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Snapshots.Erofs;

/// <summary>A file with holes: a map of equal chunks, of which those without data have no block. Chunks are as small as a map of 64 Ki entries allows;
/// what of a chunk is no data is a hole of the image in turn.</summary>
internal sealed class ErofsChunks
{
    private const int SEEK_DATA = 3, SEEK_HOLE = 4;
    private const int MaxEntries = 1 << 16;
    private readonly long _size;
    private readonly int _bits;
    private readonly List<(long Start, long End)> _data;

    private ErofsChunks(long size, List<(long Start, long End)> data)
    {
        (_size, _data, _bits) = (size, data, ErofsFormat.BlockBits);
        while ((size - 1 >> _bits) + 1 > MaxEntries) _bits++;
    }

    /// <summary>i_u of the inode: how many blocks a chunk has, as a power of two.</summary>
    internal uint Format => (uint)(_bits - ErofsFormat.BlockBits);

    /// <returns>False when the file system knows no holes in it.</returns>
    internal static bool TryMap(SafeFileHandle file, long size, [NotNullWhen(true)] out ErofsChunks? chunks)
    {
        List<(long, long)> data = [];
        long found = 0;
        for (long at = 0; at < size;)
        {
            long start = Libc.lseek(file.Fd(), at, SEEK_DATA);
            if (start < 0 && LinuxException.LastError == Errno.ENXIO) break;
            if (start < 0) throw LinuxException.FromLastError("lseek", "cannot read a file for an EROFS image");
            at = Math.Min(size, Libc.lseek(file.Fd(), start, SEEK_HOLE));
            data.Add((start, at));
            found += at - start;
        }
        chunks = found < size ? new ErofsChunks(size, data) : null;
        return chunks is not null;
    }

    /// <summary>Writes the data.</summary>
    /// <returns>The map, 4 bytes a chunk.</returns>
    internal byte[] Write(SafeFileHandle file, ErofsImageFile image)
    {
        byte[] map = new byte[((_size - 1 >> _bits) + 1) * sizeof(uint)];
        map.AsSpan().Fill(0xFF);
        long taken = -1;   // chunk
        uint block = 0;
        foreach ((long start, long end) in _data)
        {
            for (long at = start; at < end;)
            {
                long chunk = at >> _bits, from = chunk << _bits, stop = Math.Min(end, from + (1L << _bits));
                if (chunk != taken)
                {
                    long bytes = Math.Min(1L << _bits, _size - from);
                    block = image.TakeBlocks((bytes + ErofsFormat.BlockSize - 1) / ErofsFormat.BlockSize);
                    BinaryPrimitives.WriteUInt32LittleEndian(map.AsSpan((int)chunk * sizeof(uint)), block);
                    taken = chunk;
                }
                image.CopyFrom(file, at, stop - at, ((long)block << ErofsFormat.BlockBits) + at - from);
                at = stop;
            }
        }
        return map;
    }
}
