namespace Sampan.Layers.Tar;

/// <summary>One 512-byte header block as it stands, ustar, GNU, star or old. tar(5).</summary>
internal readonly ref struct TarHeader
{
    internal const int BlockSize = 512;
    private readonly ReadOnlySpan<byte> _block;

    private TarHeader(ReadOnlySpan<byte> block) => _block = block;

    internal byte Flag => _block[156];
    internal ReadOnlySpan<byte> NameField => Text(0, 100);
    internal ReadOnlySpan<byte> LinkName => Text(157, 100);
    internal bool IsGnu => _block.Slice(257, 8).SequenceEqual("ustar  \0"u8);
    private bool IsUstar => _block.Slice(257, 6).SequenceEqual("ustar\0"u8);
    private bool IsStar => IsUstar && _block.Slice(508, 4).SequenceEqual("tar\0"u8);

    internal long Mode => Number(100, 8, "mode");
    internal long Uid => Number(108, 8, "uid");
    internal long Gid => Number(116, 8, "gid");
    internal long Size => Number(124, 12, "size");
    internal long ModifyTime => Number(136, 12, "mtime");
    internal long DeviceMajor => IsUstar || IsGnu ? Number(329, 8, "devmajor") : 0;
    internal long DeviceMinor => IsUstar || IsGnu ? Number(337, 8, "devminor") : 0;

    /// <summary>GNU's old sparse header: four (offset, length) pairs, the flag "more follow", the real size.</summary>
    internal ReadOnlySpan<byte> SparsePairs => _block.Slice(386, 96);
    internal bool SparseContinues => _block[482] != 0;
    internal long SparseRealSize => Number(483, 12, "real size");

    /// <summary>The name with ustar's prefix in front.</summary>
    internal byte[] Name
    {
        get
        {
            // GNU and old headers keep other things where ustar has the prefix; star's prefix is shorter.
            ReadOnlySpan<byte> prefix = IsUstar ? Text(345, IsStar ? 131 : 155) : default;
            return prefix.IsEmpty ? NameField.ToArray() : [.. prefix, (byte)'/', .. NameField];
        }
    }

    internal static bool IsZero(ReadOnlySpan<byte> block) => !block.ContainsAnyExcept((byte)0);

    /// <exception cref="Faults.FaultException">InvalidArgument: the checksum says that this is no header.</exception>
    internal static TarHeader Read(ReadOnlySpan<byte> block, long position)
    {
        // The sum counts the checksum field itself as blanks. Some old tars summed signed bytes.
        int unsigned = 0, signed = 0;
        for (int i = 0; i < BlockSize; i++)
        {
            byte value = i is >= 148 and < 156 ? (byte)' ' : block[i];
            unsigned += value;
            signed += (sbyte)value;
        }
        if (!TarNumber.TryParseField(block.Slice(148, 8), out long sum) || (sum != unsigned && sum != signed))
            throw TarFault.Damaged($"invalid header at byte {position}: wrong checksum; not a tar, or damaged");
        return new TarHeader(block);
    }

    private ReadOnlySpan<byte> Text(int offset, int length)
    {
        ReadOnlySpan<byte> field = _block.Slice(offset, length);
        int end = field.IndexOf((byte)0);
        return end < 0 ? field : field[..end];
    }

    private long Number(int offset, int length, string what) => TarNumber.TryParseField(_block.Slice(offset, length), out long value) ? value
        : throw TarFault.Refused(NameField, $"invalid {what} in its header");
}
