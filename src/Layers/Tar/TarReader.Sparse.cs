namespace Sampan.Layers.Tar;

/// <summary>GNU's ways to store a file with holes: the old 'S' header, and pax 0.0, 0.1 and 1.0. GNU tar manual, "Storing Sparse Files".</summary>
internal sealed partial class TarReader
{
    private SparseMap? SparseOf(TarEntry entry, TarHeader header, PaxRecords? pax)
    {
        SparseMap? map = header.Flag == TarFlag.GnuSparse ? OldMap(entry, header)
            : pax?.Find("GNU.sparse.major") is { } major && major.AsSpan().SequenceEqual("1"u8) ? LeadingMap(entry, pax)
            : pax?.FindNumber("GNU.sparse.size") is { } size ? new SparseMap(size, RecordPieces(entry, pax))
            : null;
        return map?.Checked(entry.Name, _data);
    }

    private SparseMap OldMap(TarEntry entry, TarHeader header)
    {
        List<SparsePiece> pieces = [];
        long realSize = header.SparseRealSize;
        SparseMap.AddFields(header.SparsePairs, pieces, entry.Name);
        // `header` looks into the source's buffer: not to be touched after the next block is taken.
        for (bool more = header.SparseContinues; more;)
        {
            ReadOnlySpan<byte> block = source.TakeBlock();
            if (block.IsEmpty) throw TarFault.Damaged($"unexpected end at byte {source.Position}: the tar is truncated");
            SparseMap.AddFields(block[..504], pieces, entry.Name);
            more = block[504] != 0;
        }
        return new SparseMap(realSize, pieces);
    }

    private static List<SparsePiece> RecordPieces(TarEntry entry, PaxRecords pax)
    {
        if (pax.Find("GNU.sparse.map") is not { } text) return [.. pax.RepeatedPieces];
        List<SparsePiece> pieces = [];
        long? offset = null;
        foreach (Range part in text.AsSpan().Split((byte)','))
        {
            if (!TarNumber.TryParseDecimal(text.AsSpan()[part], out long number)) throw TarFault.Refused(entry.Name, "invalid number in its sparse map");
            if (offset is { } start) SparseMap.Add(pieces, start, number, entry.Name);
            offset = offset is null ? number : null;
        }
        return pieces;
    }

    // 1.0: the data begins with the map: a decimal per line, first the number of pieces, padded to whole blocks.
    private SparseMap LeadingMap(TarEntry entry, PaxRecords pax)
    {
        long realSize = pax.FindNumber("GNU.sparse.realsize") ?? throw TarFault.Refused(entry.Name, "a sparse file without real size");
        LineReader lines = new(this, entry);
        long count = lines.Next();
        if (count is < 0 or > SparseMap.MaxPieces) throw TarFault.Refused(entry.Name, $"{count} pieces in its sparse map");
        List<SparsePiece> pieces = [];
        for (long i = 0; i < count; i++) pieces.Add(new SparsePiece(lines.Next(), lines.Next()));
        return new SparseMap(realSize, pieces);
    }

    /// <summary>Numbers, a line each, from the blocks at the head of the current entry's data.</summary>
    private sealed class LineReader(TarReader reader, TarEntry entry)
    {
        private readonly byte[] _block = new byte[TarHeader.BlockSize];
        private int _at = TarHeader.BlockSize;

        internal long Next()
        {
            long value = 0;
            for (int digits = 0; ; digits++)
            {
                if (_at == _block.Length) Fill();
                byte character = _block[_at++];
                if (character == '\n' && digits > 0) return value;
                if (character is < (byte)'0' or > (byte)'9' || digits > 18) throw TarFault.Refused(entry.Name, "invalid number in its sparse map");
                value = value * 10 + (character - '0');
            }
        }

        private void Fill()
        {
            if (reader._data < _block.Length) throw TarFault.Refused(entry.Name, "its sparse map is longer than its data");
            reader.Source.TakeExactly(_block);
            reader._data -= _block.Length;
            _at = 0;
        }
    }

    private TarSource Source => source;
}
