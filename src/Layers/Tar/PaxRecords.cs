using System.Text;

namespace Sampan.Layers.Tar;

/// <summary>The records of a pax extended header, "27 mtime=1700000000.123456\n" one after the other. pax(1) § pax Extended Header.</summary>
internal sealed class PaxRecords
{
    private const string Schily = "SCHILY.xattr.", LibArchive = "LIBARCHIVE.xattr.";
    private readonly Dictionary<string, byte[]> _records = new(StringComparer.Ordinal);
    private readonly List<TarXattr> _xattrs = [];
    private readonly List<SparsePiece> _pieces = [];   // GNU sparse 0.0 repeats its keys, so they cannot live in the dictionary
    private long _pieceOffset = -1;

    internal static PaxRecords Parse(ReadOnlySpan<byte> content)
    {
        PaxRecords records = new();
        while (!content.IsEmpty)
        {
            int blank = content.IndexOf((byte)' ');
            if (blank < 1 || !TarNumber.TryParseDecimal(content[..blank], out long length) || length > content.Length || length <= blank + 1
                || content[(int)length - 1] != '\n')
                throw TarFault.Damaged("invalid pax header: a record's length does not fit");
            ReadOnlySpan<byte> record = content[(blank + 1)..((int)length - 1)];
            int equals = record.IndexOf((byte)'=');
            if (equals < 1) throw TarFault.Damaged("invalid pax header: a record without key");
            records.Add(Encoding.UTF8.GetString(record[..equals]), record[(equals + 1)..]);
            content = content[(int)length..];
        }
        return records;
    }

    /// <summary>An empty value takes the record back, as pax(1) says.</summary>
    internal byte[]? Find(string key) => _records.TryGetValue(key, out byte[]? value) && value.Length > 0 ? value : null;

    internal IReadOnlyList<TarXattr> Xattrs => _xattrs;

    internal IReadOnlyList<SparsePiece> RepeatedPieces => _pieces;

    private void Add(string key, ReadOnlySpan<byte> value)
    {
        if (key.StartsWith(Schily, StringComparison.Ordinal)) _xattrs.Add(new TarXattr(key[Schily.Length..], value.ToArray()));
        else if (key.StartsWith(LibArchive, StringComparison.Ordinal)) return;   // bsdtar writes each attribute twice; SCHILY is the plain one
        else if (key == "GNU.sparse.offset") _pieceOffset = Number(key, value);
        else if (key == "GNU.sparse.numbytes") SparseMap.Add(_pieces, _pieceOffset, Number(key, value), default);
        else if (value.Contains((byte)0)) throw TarFault.Damaged($"invalid pax header: a zero byte in '{TarText.Display(Encoding.UTF8.GetBytes(key))}'");
        else _records[key] = value.ToArray();
    }

    internal long? FindNumber(string key) => Find(key) is { } value ? Number(key, value) : null;

    internal TarTime? FindTime(string key) => Find(key) is not { } value ? null
        : TarNumber.TryParseTime(value, out TarTime time) ? time : throw TarFault.Damaged($"invalid pax header: '{key}' is no time");

    private static long Number(string key, ReadOnlySpan<byte> value) => TarNumber.TryParseDecimal(value, out long number) ? number
        : throw TarFault.Damaged($"invalid pax header: '{key}' is no number");
}
