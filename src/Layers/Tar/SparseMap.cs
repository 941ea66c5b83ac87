namespace Sampan.Layers.Tar;

/// <summary>A file with holes: the data in the tar is the pieces one after the other.</summary>
internal sealed class SparseMap(long realSize, List<SparsePiece> pieces)
{
    internal const int MaxPieces = 1 << 20;

    internal long RealSize { get; } = realSize;
    internal IReadOnlyList<SparsePiece> Pieces { get; } = pieces;

    /// <exception cref="Faults.FaultException">InvalidArgument: pieces that overlap, go backwards, pass the end or do not add up to the data stored.</exception>
    internal SparseMap Checked(ReadOnlySpan<byte> name, long stored)
    {
        long at = 0, sum = 0;
        foreach (SparsePiece piece in Pieces)
        {
            if (piece.Offset < at || piece.Length < 0 || piece.Offset > RealSize - piece.Length)
                throw TarFault.Refused(name, "invalid sparse map: a piece overlaps or lies outside of the file");
            at = piece.Offset + piece.Length;
            sum += piece.Length;
        }
        if (sum != stored) throw TarFault.Refused(name, $"invalid sparse map: {sum} bytes of pieces, {stored} bytes of data");
        return this;
    }

    /// <summary>Pairs of header numbers, of 12 bytes each; an empty pair ends them.</summary>
    internal static void AddFields(ReadOnlySpan<byte> pairs, List<SparsePiece> pieces, ReadOnlySpan<byte> name)
    {
        for (; pairs.Length >= 24 && pairs[0] != 0; pairs = pairs[24..])
        {
            if (!TarNumber.TryParseField(pairs[..12], out long offset) || !TarNumber.TryParseField(pairs[12..24], out long length))
                throw TarFault.Refused(name, "invalid number in its sparse map");
            Add(pieces, offset, length, name);
        }
    }

    internal static void Add(List<SparsePiece> pieces, long offset, long length, ReadOnlySpan<byte> name)
    {
        if (pieces.Count == MaxPieces) throw TarFault.Refused(name, $"more than {MaxPieces} pieces in its sparse map");
        pieces.Add(new SparsePiece(offset, length));
    }
}

internal readonly record struct SparsePiece(long Offset, long Length);
