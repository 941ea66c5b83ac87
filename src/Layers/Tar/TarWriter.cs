using System.Buffers.Text;
using System.Text;

namespace Sampan.Layers.Tar;

/// <summary>Writes ustar headers, with a pax header in front where ustar has no room: the form that Docker's and Go's writers choose, and that every
/// tar reads. The same entries give the same bytes.</summary>
internal sealed class TarWriter(Stream target)
{
    private const long MaxOctal7 = 0x1FFFFF, MaxOctal11 = 0x1FFFFFFFF;   // of a field of 8 and of 12 bytes
    private static readonly byte[] Zeros = new byte[2 * TarHeader.BlockSize];
    private readonly byte[] _block = new byte[TarHeader.BlockSize];
    private long _left;
    private int _padding;

    /// <summary>Bytes written so far.</summary>
    internal long Position { get; private set; }

    /// <summary>Begins an entry; <see cref="TarEntry.StoredSize"/> bytes of data must follow.</summary>
    internal void WriteEntry(TarEntry entry)
    {
        EndData();
        SortedDictionary<string, byte[]> records = new(StringComparer.Ordinal);
        (byte[] name, byte[] prefix) = FitName(entry.Name, records);
        byte[] link = FitLink(entry.LinkName, records);
        foreach (TarXattr xattr in entry.Xattrs) records[$"SCHILY.xattr.{xattr.Name}"] = xattr.Value;
        uint uid = (uint)Fit("uid", entry.Uid, MaxOctal7, records), gid = (uint)Fit("gid", entry.Gid, MaxOctal7, records);
        long size = Fit("size", entry.StoredSize, MaxOctal11, records), time = Fit("mtime", entry.ModifyTime.Seconds, MaxOctal11, records);
        if (records.Count > 0) WritePax(entry.Name, records);
        WriteHeader(FlagOf(entry.Kind), name, prefix, link, entry.Mode, uid, gid, size, time, entry.DeviceMajor, entry.DeviceMinor);
        _left = entry.StoredSize;
        _padding = (int)(-entry.StoredSize & (TarHeader.BlockSize - 1));
    }

    internal void WriteData(ReadOnlySpan<byte> data)
    {
        if (data.Length > _left) throw new InvalidOperationException("more data than the entry's header says");
        Put(data);
        _left -= data.Length;
    }

    /// <summary>What the header promised and the file no longer had.</summary>
    internal void FillData()
    {
        while (_left > 0) WriteData(Zeros.AsSpan(0, (int)Math.Min(_left, Zeros.Length)));
    }

    /// <summary>The end mark. The stream stays open.</summary>
    internal void Finish()
    {
        EndData();
        Put(Zeros);
        target.Flush();
    }

    private void EndData()
    {
        if (_left != 0) throw new InvalidOperationException("less data than the entry's header says");
        Put(Zeros.AsSpan(0, _padding));
        _padding = 0;
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        target.Write(bytes);
        Position += bytes.Length;
    }

    private void WritePax(byte[] name, SortedDictionary<string, byte[]> records)
    {
        List<byte> content = [];
        foreach ((string key, byte[] value) in records) AppendRecord(content, Encoding.UTF8.GetBytes(key), value);
        int slash = name.AsSpan(0, Math.Max(name.Length - 1, 0)).LastIndexOf((byte)'/');
        byte[] shown = [.. "PaxHeaders.0/"u8, .. name.AsSpan(slash + 1)];
        // A name for tars that do not know pax; ASCII and short, like every ustar name here.
        for (int i = 0; i < shown.Length; i++) shown[i] = shown[i] is >= 0x20 and < 0x7F ? shown[i] : (byte)'_';
        WriteHeader(TarFlag.PaxHeader, shown.Length > 100 ? shown[..100] : shown, [], [], 0x1A4 /* 0644 */, 0, 0, content.Count, 0, 0, 0);
        Put([.. content]);
        Put(Zeros.AsSpan(0, (int)(-content.Count & (TarHeader.BlockSize - 1))));
    }

    // "27 mtime=1700000000\n": the length counts itself.
    private static void AppendRecord(List<byte> content, byte[] key, byte[] value)
    {
        int rest = key.Length + value.Length + 3, digits = 1;
        while ((rest + digits).ToString(System.Globalization.CultureInfo.InvariantCulture).Length != digits) digits++;
        Span<byte> length = stackalloc byte[12];
        Utf8Formatter.TryFormat(rest + digits, length, out int written);
        content.AddRange(length[..written]);
        content.AddRange([(byte)' ', .. key, (byte)'=', .. value, (byte)'\n']);
    }

    private void WriteHeader(byte flag, byte[] name, byte[] prefix, byte[] link, uint mode, uint uid, uint gid, long size, long time, uint major, uint minor)
    {
        Span<byte> block = _block;
        block.Clear();
        name.CopyTo(block);
        Octal(block.Slice(100, 8), mode);
        Octal(block.Slice(108, 8), uid);
        Octal(block.Slice(116, 8), gid);
        Octal(block.Slice(124, 12), size);
        Octal(block.Slice(136, 12), time);
        block[156] = flag;
        link.CopyTo(block[157..]);
        "ustar\000"u8.CopyTo(block[257..]);
        Octal(block.Slice(329, 8), major);
        Octal(block.Slice(337, 8), minor);
        prefix.CopyTo(block[345..]);
        block.Slice(148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte value in block) sum += value;
        Octal(block.Slice(148, 7), sum);
        Put(block);
    }

    /// <summary>Zero-padded, a zero byte at the end.</summary>
    private static void Octal(Span<byte> field, long value)
    {
        for (int i = field.Length - 2; i >= 0; i--, value >>= 3) field[i] = (byte)('0' + (value & 7));
        field[^1] = 0;
    }

    private static long Fit(string key, long value, long most, SortedDictionary<string, byte[]> records)
    {
        if (value >= 0 && value <= most) return value;
        records[key] = Encoding.ASCII.GetBytes(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    }

    private static (byte[] Name, byte[] Prefix) FitName(byte[] name, SortedDictionary<string, byte[]> records)
    {
        bool isAscii = Ascii.IsValid(name);
        if (isAscii && name.Length <= 100) return (name, []);
        // Split at a slash: at most 155 bytes before it, 1 to 100 behind it.
        for (int slash = Math.Min(155, name.Length - 2); isAscii && slash > 0 && slash >= name.Length - 101; slash--)
            if (name[slash] == '/') return (name[(slash + 1)..], name[..slash]);
        records["path"] = name;
        return (Shortened(name), []);
    }

    private static byte[] FitLink(byte[] link, SortedDictionary<string, byte[]> records)
    {
        if (link.Length <= 100 && Ascii.IsValid(link)) return link;
        records["linkpath"] = link;
        return Shortened(link);
    }

    private static byte[] Shortened(byte[] text) => Array.ConvertAll(text.Length > 100 ? text[..100] : text, static value => value < 0x80 ? value : (byte)'_');

    private static byte FlagOf(TarKind kind) => kind switch
    {
        TarKind.HardLink => TarFlag.HardLink,
        TarKind.SymbolicLink => TarFlag.SymbolicLink,
        TarKind.CharacterDevice => TarFlag.CharacterDevice,
        TarKind.BlockDevice => TarFlag.BlockDevice,
        TarKind.Directory => TarFlag.Directory,
        TarKind.Fifo => TarFlag.Fifo,
        _ => TarFlag.File,
    };
}
