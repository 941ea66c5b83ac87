namespace Sampan.Runtime.CommandLine;

/// <summary>What a command takes, declared as the lines of its help: what it does, its operands, then a flag per line:
/// <code>--bundle value, -b value   path to the root of the bundle directory</code>
/// A line that is no flag continues the one before.</summary>
internal sealed class Syntax
{
    private readonly string[] _lines;

    internal Syntax(string command, string text)
    {
        Command = command;
        _lines = text.Split('\n');
    }

    internal string Command { get; }

    internal string Purpose => _lines[0];

    internal string Operands => _lines[1];

    internal ReadOnlySpan<string> FlagLines => _lines.AsSpan(2);

    /// <returns>The flag's first name, and whether a value follows it; null when there is no such flag.</returns>
    internal (string Flag, bool TakesValue)? Find(ReadOnlySpan<char> name)
    {
        foreach (string line in FlagLines)
        {
            if (!line.StartsWith("--", StringComparison.Ordinal)) continue;
            ReadOnlySpan<char> names = Names(line), first = default;
            foreach (Range part in names.Split(','))
            {
                ReadOnlySpan<char> one = names[part].Trim().TrimStart('-');
                bool takesValue = one.EndsWith(" value");
                if (takesValue) one = one[..^" value".Length];
                if (first.IsEmpty) first = one;
                if (one.SequenceEqual(name)) return (first.ToString(), takesValue);
            }
        }
        return null;
    }

    /// <summary>The part before the two spaces that come ahead of the description.</summary>
    internal static ReadOnlySpan<char> Names(string line)
    {
        int end = line.IndexOf("  ", StringComparison.Ordinal);
        return end < 0 ? line : line.AsSpan(0, end);
    }
}
