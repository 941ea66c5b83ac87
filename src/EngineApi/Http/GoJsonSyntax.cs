namespace Sampan.EngineApi.Http;

/// <summary>Finds the first syntax error of a JSON text and says it in the words of Go's encoding/json, which clients show and match.
/// Only used for texts that our own reader has refused.</summary>
internal ref struct GoJsonSyntax
{
    private const int MaxDepth = 10_000; // Go's limit
    private readonly ReadOnlySpan<byte> _text;
    private int _at;
    private int _depth;
    private string? _error;

    private GoJsonSyntax(ReadOnlySpan<byte> text) => _text = text;

    /// <summary>null when the first value of the text is well formed.</summary>
    internal static string? Explain(ReadOnlySpan<byte> text)
    {
        var scan = new GoJsonSyntax(text);
        scan.SkipSpace();
        if (scan._at == text.Length) return "EOF";
        scan.Value();
        return scan._error;
    }

    private readonly bool AtEnd => _at >= _text.Length;

    private bool Value()
    {
        SkipSpace();
        if (AtEnd) return Truncated();
        byte c = _text[_at];
        return c switch
        {
            (byte)'{' => Nested(isObject: true),
            (byte)'[' => Nested(isObject: false),
            (byte)'"' => Text(),
            (byte)'t' => Literal("true"),
            (byte)'f' => Literal("false"),
            (byte)'n' => Literal("null"),
            (byte)'-' or (>= (byte)'0' and <= (byte)'9') => Number(),
            _ => Unexpected("looking for beginning of value"),
        };
    }

    private bool Nested(bool isObject)
    {
        if (++_depth > MaxDepth) return Fail("exceeded max depth");
        byte close = isObject ? (byte)'}' : (byte)']';
        _at++;
        SkipSpace();
        if (!AtEnd && _text[_at] == close) return Leave();
        while (true)
        {
            if (isObject && !Key()) return false;
            if (!Value()) return false;
            SkipSpace();
            if (AtEnd) return Truncated();
            if (_text[_at] == close) return Leave();
            if (_text[_at] != ',') return Unexpected(isObject ? "after object key:value pair" : "after array element");
            _at++;
        }
    }

    private bool Leave()
    {
        _at++;
        _depth--;
        return true;
    }

    private bool Key()
    {
        SkipSpace();
        if (AtEnd) return Truncated();
        if (_text[_at] != '"') return Unexpected("looking for beginning of object key string");
        if (!Text()) return false;
        SkipSpace();
        if (AtEnd) return Truncated();
        if (_text[_at] != ':') return Unexpected("after object key");
        _at++;
        return true;
    }

    private bool Text()
    {
        for (_at++; !AtEnd; _at++)
        {
            byte c = _text[_at];
            if (c == '"')
            {
                _at++;
                return true;
            }
            if (c < ' ') return Unexpected("in string literal");
            if (c == '\\' && !Escape()) return false;
        }
        return Truncated();
    }

    private bool Escape()
    {
        _at++;
        if (AtEnd) return Truncated();
        if (_text[_at] != 'u') return "\"\\/bfnrt"u8.Contains(_text[_at]) || Unexpected("in string escape code");
        for (int digits = 0; digits < 4; digits++)
        {
            _at++;
            if (AtEnd) return Truncated();
            if (!char.IsAsciiHexDigit((char)_text[_at])) return Unexpected("in \\u hexadecimal character escape");
        }
        return true;
    }

    private bool Literal(string word)
    {
        for (int i = 0; i < word.Length; i++, _at++)
        {
            if (AtEnd) return Truncated();
            if (_text[_at] != word[i]) return Unexpected($"in literal {word} (expecting '{word[i]}')");
        }
        return true;
    }

    private bool Number()
    {
        if (_text[_at] == '-') _at++;
        if (AtEnd) return Truncated();
        if (_text[_at] == '0') _at++;
        else if (!Digits("in numeric literal")) return false;
        if (!AtEnd && _text[_at] == '.')
        {
            _at++;
            if (!Digits("after decimal point in numeric literal")) return false;
        }
        if (!AtEnd && _text[_at] is (byte)'e' or (byte)'E')
        {
            _at++;
            if (!AtEnd && _text[_at] is (byte)'+' or (byte)'-') _at++;
            if (!Digits("in exponent of numeric literal")) return false;
        }
        return true;
    }

    private bool Digits(string place)
    {
        if (AtEnd) return Truncated();
        if (!char.IsAsciiDigit((char)_text[_at])) return Unexpected(place);
        while (!AtEnd && char.IsAsciiDigit((char)_text[_at])) _at++;
        return true;
    }

    private void SkipSpace()
    {
        while (!AtEnd && _text[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') _at++;
    }

    private bool Truncated() => Fail("unexpected EOF");

    private bool Unexpected(string place) => Fail($"invalid character {Quote(_text[_at])} {place}");

    private bool Fail(string error)
    {
        _error = error;
        return false;
    }

    private static string Quote(byte c) => c switch
    {
        (byte)'\'' => @"'\''",
        (byte)'"' => "'\"'",
        (byte)'\\' => @"'\\'",
        (byte)'\n' => @"'\n'",
        (byte)'\r' => @"'\r'",
        (byte)'\t' => @"'\t'",
        < 0x20 or 0x7f => $@"'\x{c:x2}'",
        < 0x80 => $"'{(char)c}'",
        _ => $"'{(char)c}'", // Go takes the byte for a code point as well
    };
}
