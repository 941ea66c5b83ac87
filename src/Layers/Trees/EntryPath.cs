using Sampan.Layers.Tar;

namespace Sampan.Layers.Trees;

/// <summary>An entry's name taken apart: single names from the top, each followed by a zero byte as system calls want it. "." and empty names are
/// dropped, ".." takes one back, and a leading "/" is the tree's root.</summary>
internal sealed class EntryPath
{
    private const int MaxBytes = 4095;   // PATH_MAX without its zero
    private const int MaxName = 255;     // NAME_MAX
    private const int MaxDepth = 512;    // one open directory per level
    private readonly byte[] _text = new byte[MaxBytes + 1];
    private readonly int[] _starts = new int[MaxDepth + 1];

    internal int Depth { get; private set; }

    internal ReadOnlySpan<byte> this[int level] => _text.AsSpan(_starts[level], _starts[level + 1] - _starts[level] - 1);

    /// <summary>The single name, zero byte included.</summary>
    internal ReadOnlySpan<byte> WithZero(int level) => _text.AsSpan(_starts[level], _starts[level + 1] - _starts[level]);

    internal ReadOnlySpan<byte> Last => this[Depth - 1];

    internal ReadOnlySpan<byte> LastWithZero => WithZero(Depth - 1);

    /// <param name="name">Name of an entry, or the target of a hard link.</param>
    /// <param name="entry">The entry to blame.</param>
    /// <exception cref="Faults.FaultException">InvalidArgument: it leads outside, is too long or too deep.</exception>
    internal void Set(ReadOnlySpan<byte> name, ReadOnlySpan<byte> entry)
    {
        if (name.Length > MaxBytes) throw TarFault.Refused(entry, $"its name has {name.Length} bytes; at most {MaxBytes} are possible");
        Depth = 0;
        foreach (Range range in name.Split((byte)'/'))
        {
            ReadOnlySpan<byte> part = name[range];
            if (part is [] or [(byte)'.']) continue;
            if (part is [(byte)'.', (byte)'.'])
            {
                if (Depth-- == 0) throw TarFault.Refused(entry, name == entry ? "its name leads outside of the root"
                    : $"its target '{TarText.Display(name)}' leads outside of the root");
                continue;
            }
            if (part.Length > MaxName) throw TarFault.Refused(entry, $"a name of {part.Length} bytes; at most {MaxName} are possible");
            if (part.Contains((byte)0)) throw TarFault.Refused(entry, "a zero byte in its name");
            if (Depth == MaxDepth) throw TarFault.Refused(entry, $"more than {MaxDepth} directories deep");
            Append(part);
        }
    }

    /// <summary>Puts <paramref name="name"/> in place of the last one.</summary>
    internal void ReplaceLast(ReadOnlySpan<byte> name)
    {
        byte[] copy = name.ToArray();
        Depth--;
        Append(copy);
    }

    /// <summary>The first <paramref name="depth"/> names joined by '/', with a zero byte behind.</summary>
    internal byte[] Join(ReadOnlySpan<byte> prefix, int depth)
    {
        List<byte> joined = [.. prefix];
        for (int level = 0; level < depth; level++) joined.AddRange([(byte)'/', .. this[level]]);
        if (joined.Count == 0) joined.Add((byte)'.');
        joined.Add(0);
        return [.. joined];
    }

    private void Append(ReadOnlySpan<byte> part)
    {
        int start = _starts[Depth];
        part.CopyTo(_text.AsSpan(start));
        _text[start + part.Length] = 0;
        _starts[++Depth] = start + part.Length + 1;
    }
}
