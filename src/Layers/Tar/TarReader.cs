namespace Sampan.Layers.Tar;

/// <summary>Walks over the entries of a tar: ustar, pax, GNU and old ones. Holds one entry and one extension header, never data.</summary>
internal sealed partial class TarReader(TarSource source, long maxEntries)
{
    /// <summary>Longest extension header or GNU long name, as Go's archive/tar has it.</summary>
    private const int MaxExtension = 1 << 20;

    private long _data;      // of the current entry, not taken yet
    private long _padding;   // behind it

    /// <summary>Entries met so far.</summary>
    internal long Entries { get; private set; }

    /// <summary>The next entry; null at the end of the tar. What is left of the last one's data is skipped.</summary>
    /// <exception cref="Faults.FaultException">InvalidArgument: the tar is damaged or an entry is refused.</exception>
    internal TarEntry? Read()
    {
        PaxRecords? pax = null;
        byte[]? longName = null, longLink = null;
        while (true)
        {
            source.Skip(_data);
            source.Skip(_padding);
            _data = _padding = 0;
            long position = source.Position;
            ReadOnlySpan<byte> block = source.TakeBlock();
            if (block.IsEmpty || TarHeader.IsZero(block))
            {
                if (pax is not null || longName is not null || longLink is not null)
                    throw TarFault.Damaged($"unexpected end at byte {position}: an extension header without its entry");
                return null;
            }
            TarHeader header = TarHeader.Read(block, position);
            switch (header.Flag)
            {
                case TarFlag.PaxHeader or TarFlag.SolarisPax:
                    pax = PaxRecords.Parse(TakeExtension(header));
                    break;
                case TarFlag.GnuLongName:
                    longName = TakeText(header);
                    break;
                case TarFlag.GnuLongLink:
                    longLink = TakeText(header);
                    break;
                case TarFlag.PaxGlobal or TarFlag.GnuVolume:   // as Docker: defaults for the archive (git archive's comment) do not touch the entries
                    TakeExtension(header);
                    break;
                default:
                    if (++Entries > maxEntries) throw TarFault.Refused(header.NameField, $"more than {maxEntries} entries; raise the limit if the source is trusted");
                    return Entry(header, pax, longName, longLink);
            }
        }
    }

    /// <summary>The next bytes of the entry's data; empty when all are taken.</summary>
    internal ReadOnlySpan<byte> TakeData()
    {
        if (_data == 0) return default;
        ReadOnlySpan<byte> bytes = source.TakeSome(_data);
        _data -= bytes.Length;
        return bytes;
    }

    /// <summary>Reads on to the end of the stream: what follows a tar's end mark is part of a layer's digest.</summary>
    internal void Drain()
    {
        while (!source.Take(long.MaxValue).IsEmpty) { }
    }

    private TarEntry Entry(TarHeader header, PaxRecords? pax, byte[]? longName, byte[]? longLink)
    {
        byte[] name = pax?.Find("GNU.sparse.name") ?? pax?.Find("path") ?? longName ?? header.Name;
        TarEntry entry = new()
        {
            Kind = KindOf(header.Flag, name),
            Name = name,
            LinkName = pax?.Find("linkpath") ?? longLink ?? header.LinkName.ToArray(),
            Mode = (uint)(header.Mode & 0xFFF),
            Uid = Id(name, "uid", pax?.FindNumber("uid") ?? header.Uid),
            Gid = Id(name, "gid", pax?.FindNumber("gid") ?? header.Gid),
            ModifyTime = pax?.FindTime("mtime") ?? new TarTime(header.ModifyTime, 0),
            AccessTime = pax?.FindTime("atime"),
            StoredSize = pax?.FindNumber("size") ?? header.Size,
            Xattrs = pax is null ? [] : XattrsOf(pax),
        };
        if (entry.StoredSize < 0) throw TarFault.Refused(name, "negative size");
        if (entry.Kind is TarKind.CharacterDevice or TarKind.BlockDevice)
        {
            entry.DeviceMajor = Id(name, "device number", header.DeviceMajor);
            entry.DeviceMinor = Id(name, "device number", header.DeviceMinor);
        }
        if (entry.Kind != TarKind.File) entry.StoredSize = 0;   // as Go's archive/tar: only files have data, whatever the size field says
        long stored = entry.StoredSize;
        _data = stored;
        _padding = -stored & (TarHeader.BlockSize - 1);
        if (entry.Kind == TarKind.File) entry.Sparse = SparseOf(entry, header, pax);
        return entry;
    }

    private static IReadOnlyList<TarXattr> XattrsOf(PaxRecords pax)
    {
        byte[]? access = pax.Find("SCHILY.acl.access"), standard = pax.Find("SCHILY.acl.default");
        if (access is null && standard is null) return pax.Xattrs;
        List<TarXattr> all = [.. pax.Xattrs];
        if (access is not null && PosixAcl.TryEncode(access, out byte[] value)) all.Add(new TarXattr(PosixAcl.AccessName, value));
        if (standard is not null && PosixAcl.TryEncode(standard, out value)) all.Add(new TarXattr(PosixAcl.DefaultName, value));
        return all;
    }

    private byte[] TakeExtension(TarHeader header)
    {
        if (header.Size is < 0 or > MaxExtension)
            throw TarFault.Damaged($"an extension header of {header.Size} bytes; at most {MaxExtension} are read");
        byte[] content = new byte[header.Size];
        source.TakeExactly(content);
        _padding = -content.Length & (TarHeader.BlockSize - 1);
        return content;
    }

    private byte[] TakeText(TarHeader header)
    {
        byte[] content = TakeExtension(header);
        int end = content.AsSpan().IndexOf((byte)0);
        return end < 0 ? content : content[..end];
    }

    private static TarKind KindOf(byte flag, ReadOnlySpan<byte> name) => flag switch
    {
        // Before ustar a directory was a file whose name ends in a slash.
        TarFlag.Old => name.EndsWith("/"u8) ? TarKind.Directory : TarKind.File,
        TarFlag.File or TarFlag.Contiguous or TarFlag.GnuSparse => TarKind.File,
        TarFlag.HardLink => TarKind.HardLink,
        TarFlag.SymbolicLink => TarKind.SymbolicLink,
        TarFlag.CharacterDevice => TarKind.CharacterDevice,
        TarFlag.BlockDevice => TarKind.BlockDevice,
        TarFlag.Directory or TarFlag.GnuDumpDirectory => TarKind.Directory,
        TarFlag.Fifo => TarKind.Fifo,
        _ => throw TarFault.Refused(name, $"unknown entry type '{TarText.Display([flag])}'"),
    };

    // 2^32-1 means "leave it" to chown(2), so it is nobody's id.
    private static uint Id(ReadOnlySpan<byte> name, string what, long value) => value is >= 0 and < uint.MaxValue ? (uint)value
        : throw TarFault.Refused(name, $"invalid {what} {value}");
}
