using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux;

namespace Sampan.Snapshots.Erofs;

/// <summary>The content of a directory: in each block entries of 12 bytes, then their names; all sorted by their bytes, "." and ".." among them, so that the kernel can bisect.</summary>
internal sealed class ErofsDirectory
{
    private readonly ulong[] _nids;
    private readonly byte[] _kinds;

    internal ErofsDirectory(SafeFileHandle directory)
    {
        Names = DirectoryReader.Sorted(directory);
        foreach (byte[] own in (ReadOnlySpan<byte[]>)[[(byte)'.'], [(byte)'.', (byte)'.']])
        {
            int at = Names.BinarySearch(own, Comparer<byte[]>.Create(static (a, b) => a.AsSpan().SequenceCompareTo(b)));
            Names.Insert(~at, own);
        }
        (_nids, _kinds) = (new ulong[Names.Count], new byte[Names.Count]);
        int first = 0;
        while (first < Names.Count)
        {
            int count = Fitting(first, out int bytes);
            first += count;
            Size += first < Names.Count ? ErofsFormat.BlockSize : bytes;
        }
    }

    internal List<byte[]> Names { get; }

    /// <summary>Bytes: whole blocks, and what the last one has.</summary>
    internal long Size { get; }

    internal void Set(int index, ulong nid, byte kind) => (_nids[index], _kinds[index]) = (nid, kind);

    /// <summary>The blocks one after the other, each zero beyond its names; <paramref name="write"/> is told the place in the directory's content.</summary>
    internal void Write(Action<long, ReadOnlyMemory<byte>> write)
    {
        byte[] block = new byte[ErofsFormat.BlockSize];
        int first = 0;
        for (long at = 0; first < Names.Count; at += ErofsFormat.BlockSize)
        {
            int count = Fitting(first, out int bytes), name = count * ErofsFormat.DirentSize;
            for (int i = 0; i < count; i++)
            {
                Span<byte> entry = block.AsSpan(i * ErofsFormat.DirentSize, ErofsFormat.DirentSize);
                BinaryPrimitives.WriteUInt64LittleEndian(entry, _nids[first + i]);
                BinaryPrimitives.WriteUInt16LittleEndian(entry[8..], (ushort)name);
                entry[10] = _kinds[first + i];
                entry[11] = 0;
                Names[first + i].CopyTo(block, name);
                name += Names[first + i].Length;
            }
            block.AsSpan(name).Clear();
            first += count;
            write(at, block.AsMemory(0, first < Names.Count ? ErofsFormat.BlockSize : bytes));
        }
    }

    private int Fitting(int first, out int bytes)
    {
        int count = 0;
        bytes = 0;
        while (first + count < Names.Count && bytes + ErofsFormat.DirentSize + Names[first + count].Length <= ErofsFormat.BlockSize)
            bytes += ErofsFormat.DirentSize + Names[first + count++].Length;
        return count;
    }
}
