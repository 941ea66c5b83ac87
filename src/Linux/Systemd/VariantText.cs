using System.Globalization;
using System.Text;

namespace Sampan.Linux.Systemd;

/// <summary>A value of D-Bus as GVariant's text writes it: <c>true</c>, <c>uint64 5</c>, <c>'text'</c>, <c>['a', 'b']</c>, <c>@as []</c>, <c>b'bytes'</c>.
/// Dictionaries, variants and tuples are refused. https://docs.gtk.org/glib/gvariant-text-format.html</summary>
internal sealed class VariantText
{
    private const string Undecided = "?";   // a number that no type is said of: an int32, or what its neighbours are
    private static readonly string[] Keywords =
        ["boolean b", "byte y", "int16 n", "uint16 q", "int32 i", "uint32 u", "int64 x", "uint64 t", "double d", "string s", "objectpath o", "signature g"];

    private readonly string _text;
    private readonly List<VariantText>? _elements;

    private VariantText(string type, string text, List<VariantText>? elements = null) => (Type, _text, _elements) = (type, text, elements);

    /// <summary>D-Bus signature.</summary>
    internal string Type { get; private set; }

    /// <exception cref="FormatException">What is wrong with the text.</exception>
    internal static VariantText Parse(string text)
    {
        int at = 0;
        VariantText value = Read(text, ref at, null);
        Skip(text, ref at);
        if (at != text.Length) throw new FormatException($"unexpected text after the value: {text[at..]}");
        if (value.Type == Undecided) value.Decide(IsFraction(value._text) ? "d" : "i");
        value.Write(new DBusWriter());   // says now what is no number of its type
        return value;
    }

    /// <returns>Null when it is no number.</returns>
    internal double? AsNumber() => IsNumber(Type) ? double.Parse(_text, CultureInfo.InvariantCulture) : null;

    internal static VariantText UInt64(ulong number) => new("t", number.ToString(CultureInfo.InvariantCulture));

    internal void Write(DBusWriter writer)
    {
        if (_elements is not null)
        {
            var array = writer.BeginArray(Alignment(Type[1..]));
            foreach (VariantText element in _elements) element.Write(writer);
            writer.EndArray(array);
            return;
        }
        switch (Type)
        {
            case "b": writer.Boolean(_text == "true"); break;
            case "y": writer.Byte((byte)Integer(byte.MinValue, byte.MaxValue)); break;
            case "n": writer.UInt16((ushort)(short)Integer(short.MinValue, short.MaxValue)); break;
            case "q": writer.UInt16((ushort)Integer(ushort.MinValue, ushort.MaxValue)); break;
            case "i": writer.UInt32((uint)(int)Integer(int.MinValue, int.MaxValue)); break;
            case "u": writer.UInt32((uint)Integer(uint.MinValue, uint.MaxValue)); break;
            case "x": writer.UInt64((ulong)(long)Integer(long.MinValue, long.MaxValue)); break;
            case "t": writer.UInt64((ulong)Integer(ulong.MinValue, ulong.MaxValue)); break;
            case "d": writer.UInt64(BitConverter.DoubleToUInt64Bits(double.Parse(_text, CultureInfo.InvariantCulture))); break;
            case "g": writer.Signature(_text); break;
            default: writer.String(_text); break;
        }
    }

    private static VariantText Read(string text, ref int at, string? type)
    {
        Skip(text, ref at);
        if (at == text.Length) throw new FormatException("unexpected end of the value");
        char first = text[at];
        if (first == '[') return ReadArray(text, ref at, type);
        if (first is '\'' or '"') return new(Expect(type, "s", "o", "g"), Quoted(text, ref at));
        if (first == 'b' && at + 1 < text.Length && text[at + 1] is '\'' or '"') return Bytes(text, ref at, type);
        string word = Word(text, ref at);
        if (word is "true" or "false") return new(Expect(type, "b"), word);
        if (char.IsAsciiDigit(first) || first is '+' or '-' or '.') return new(type is null ? Undecided : Expect(type, "y", "n", "q", "i", "u", "x", "t", "d"), word);
        if (type is not null) throw new FormatException($"unexpected {word}");
        if (first == '@' && word.Length > 1) return Read(text, ref at, word[1..]);
        foreach (string keyword in Keywords)
            if (keyword.Length == word.Length + 2 && keyword.StartsWith(word, StringComparison.Ordinal)) return Read(text, ref at, keyword[^1..]);
        throw new FormatException($"unrecognized type \"{word}\"");
    }

    private static VariantText ReadArray(string text, ref int at, string? type)
    {
        if (type is not null && type[0] != 'a') throw new FormatException($"an array is no value of type \"{type}\"");
        at++;
        List<VariantText> elements = [];
        string? elementType = type?[1..];
        while (true)
        {
            Skip(text, ref at);
            if (at < text.Length && text[at] == ']') break;
            if (elements.Count > 0 && (at == text.Length || text[at++] != ',')) throw new FormatException("expected ',' or ']' in an array");
            elements.Add(Read(text, ref at, type?[1..]));
            if (elements[^1].Type != Undecided) elementType ??= elements[^1].Type;
        }
        at++;
        if (elementType is null && elements.Count == 0) throw new FormatException("the type of an empty array must be said: @as []");
        elementType ??= elements.Exists(element => IsFraction(element._text)) ? "d" : "i";
        foreach (VariantText element in elements) element.Decide(elementType);
        return new("a" + elementType, "", elements);
    }

    private void Decide(string type)
    {
        if (Type == Undecided && IsNumber(type)) Type = type;
        if (Type != type) throw new FormatException($"elements of types \"{type}\" and \"{Type}\" in one array");
    }

    // With the zero at its end that C programs expect.
    private static VariantText Bytes(string text, ref int at, string? type)
    {
        Expect(type, "ay");
        at++;
        List<VariantText> bytes = [];
        foreach (byte value in Encoding.UTF8.GetBytes(Quoted(text, ref at) + "\0")) bytes.Add(new("y", value.ToString(CultureInfo.InvariantCulture)));
        return new("ay", "", bytes);
    }

    private static string Quoted(string text, ref int at)
    {
        char quote = text[at++];
        StringBuilder content = new();
        while (true)
        {
            if (at == text.Length) throw new FormatException("unterminated string");
            char c = text[at++];
            if (c == quote) return content.ToString();
            if (c == '\\' && at < text.Length)
                c = text[at++] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'a' => '\a', 'b' => '\b', 'f' => '\f', 'v' => '\v', var other => other };
            content.Append(c);
        }
    }

    private static string Word(string text, ref int at)
    {
        int start = at;
        while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] is not (',' or ']' or '[' or '\'' or '"')) at++;
        return at > start ? text[start..at] : throw new FormatException($"unexpected {text[at]}");
    }

    private static void Skip(string text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
    }

    private static string Expect(string? type, params ReadOnlySpan<string> fitting)
        => type is null ? fitting[0] : fitting.Contains(type) ? type : throw new FormatException($"the value does not fit its type \"{type}\"");

    private static bool IsNumber(string type) => type is "y" or "n" or "q" or "i" or "u" or "x" or "t" or "d";

    private static bool IsFraction(string number) => number.AsSpan().ContainsAny(".e") && !number.Contains('x');

    private Int128 Integer(Int128 least, Int128 most)
    {
        ReadOnlySpan<char> digits = _text.AsSpan().TrimStart("+-");
        bool isHexadecimal = digits.StartsWith("0x", StringComparison.Ordinal);
        if (!Int128.TryParse(isHexadecimal ? digits[2..] : digits, isHexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out Int128 number))
            throw new FormatException($"'{_text}' is no whole number");
        if (_text[0] == '-') number = -number;
        return number >= least && number <= most ? number : throw new FormatException($"{_text} is out of the range of type \"{Type}\"");
    }

    private static int Alignment(string type) => type[0] switch { 'y' or 'g' => 1, 'n' or 'q' => 2, 'x' or 't' or 'd' => 8, _ => 4 };
}
