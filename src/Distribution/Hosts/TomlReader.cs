using System.Globalization;
using System.Text;
using Sampan.Faults;

namespace Sampan.Distribution.Hosts;

/// <summary>Reads the part of TOML that <see cref="TomlTable"/> has. What is outside of it (dates, inline tables, multi-line strings, arrays of tables) is refused by line.</summary>
internal ref struct TomlReader(string text, string path)
{
    private int _at;

    /// <exception cref="FaultException">InvalidArgument: names the file and the line.</exception>
    internal static TomlTable Read(string text, string path) => new TomlReader(text, path).ReadDocument();

    // server = "https://registry-1.docker.io"
    // [host."https://mirror:5000"]
    //   capabilities = ["pull", "resolve"]
    private TomlTable ReadDocument()
    {
        var root = new TomlTable();
        TomlTable current = root;
        for (SkipBlank(lines: true); _at < text.Length; SkipBlank(lines: true))
        {
            if (text[_at] == '[')
            {
                _at++;
                if (Peek() == '[') throw Bad("an array of tables is not understood here");
                current = Descend(root, ReadKey());
                Expect(']');
            }
            else
            {
                var key = ReadKey();
                Expect('=');
                SkipBlank(lines: false);
                if (!Descend(current, key[..^1]).TryAdd(key[^1], ReadValue())) throw Bad($"'{string.Join('.', key)}' is there twice");
            }
            SkipBlank(lines: false);
            if (_at < text.Length && text[_at] is not ('\n' or '\r')) throw Bad("the line should end here");
        }
        return root;
    }

    private readonly TomlTable Descend(TomlTable table, IReadOnlyList<string> keys)
    {
        foreach (string key in keys)
        {
            if (table.Value(key) is null) table.TryAdd(key, new TomlTable());
            table = table.Table(key) ?? throw Bad($"'{key}' is not a table");
        }
        return table;
    }

    private string[] ReadKey()
    {
        var parts = new List<string>();
        do
        {
            SkipBlank(lines: false);
            if (Peek() is '"' or '\'') parts.Add(ReadString());
            else
            {
                int start = _at;
                while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '_' or '-')) _at++;
                if (_at == start) throw Bad("a key is expected");
                parts.Add(text[start.._at]);
            }
            SkipBlank(lines: false);
        }
        while (Take('.'));
        return [.. parts];
    }

    private object ReadValue()
    {
        switch (Peek())
        {
            case '"' or '\'':
                return ReadString();
            case '[':
                return ReadArray();
            case '{':
                throw Bad("an inline table is not understood here");
            default:
                int start = _at;
                while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && text[_at] is not (',' or ']' or '#')) _at++;
                string word = text[start.._at];
                if (word is "true" or "false") return word == "true";
                return long.TryParse(word.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
                    ? number : throw Bad($"'{word}' is no value");
        }
    }

    private List<object> ReadArray()
    {
        var list = new List<object>();
        _at++;
        for (SkipBlank(lines: true); !Take(']'); SkipBlank(lines: true))
        {
            list.Add(ReadValue());
            SkipBlank(lines: true);
            if (!Take(',') && Peek() != ']') throw Bad("',' or ']' is expected");
        }
        return list;
    }

    private string ReadString()
    {
        char quote = text[_at++];
        var value = new StringBuilder();
        for (; _at < text.Length && text[_at] != quote && text[_at] != '\n'; _at++)
        {
            if (quote == '\'' || text[_at] != '\\') value.Append(text[_at]);
            else value.Append(ReadEscape());
        }
        Expect(quote);
        return value.ToString();
    }

    private char ReadEscape()
    {
        _at++;
        switch (Peek())
        {
            case 'n': return '\n';
            case 't': return '\t';
            case 'r': return '\r';
            case '"' or '\\': return text[_at];
            case 'u' when _at + 4 < text.Length && ushort.TryParse(text.AsSpan(_at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code):
                _at += 4;
                return (char)code;
            default: throw Bad("an unknown escape");
        }
    }

    private readonly char Peek() => _at < text.Length ? text[_at] : '\0';

    private bool Take(char c)
    {
        if (Peek() != c) return false;
        _at++;
        return true;
    }

    private void Expect(char c)
    {
        if (!Take(c)) throw Bad($"'{c}' is expected");
    }

    private void SkipBlank(bool lines)
    {
        while (_at < text.Length)
        {
            if (text[_at] is ' ' or '\t' || lines && text[_at] is '\n' or '\r') _at++;
            else if (text[_at] == '#')
                while (_at < text.Length && text[_at] != '\n') _at++;
            else return;
        }
    }

    private readonly FaultException Bad(string why)
    {
        int line = text.AsSpan(0, Math.Min(_at, text.Length)).Count('\n') + 1;
        return new(FaultKind.InvalidArgument, $"cannot read '{path}': line {line.ToString(CultureInfo.InvariantCulture)}: {why}");
    }
}
