using System.Globalization;

namespace Sampan.Cli.Grammar;

/// <summary>The kinds of option that docker's commands have, with the messages its flag parser (pflag) gives.</summary>
internal static class Options
{
    public static Option<bool> Switch(string name, char shorthand, string help, bool value = false, bool hidden = false, bool unsupported = false) =>
        new(name, shorthand, "", value, (_, text) => ParseBool(text), help)
        {
            BareValue = "true", Hidden = hidden, Unsupported = unsupported, DefaultText = value ? "true" : null,
        };

    public static Option<string> Text(string name, char shorthand, string help, string value = "", bool hidden = false, bool unsupported = false) =>
        new(name, shorthand, "string", value, (_, text) => text, help)
        {
            Hidden = hidden, Unsupported = unsupported, DefaultText = value.Length > 0 ? $"\"{value}\"" : null,
        };

    /// <param name="type">"int", or with its range "uint16", "uint".</param>
    public static Option<long> Integer(string name, char shorthand, string help, long value = 0, string type = "int",
        bool hidden = false, Option? aliasOf = null, bool unsupported = false) =>
        new(name, shorthand, type, value, (_, text) => ParseInteger(text, type), help)
        {
            Hidden = hidden, AliasOf = aliasOf, Unsupported = unsupported, DefaultText = value != 0 ? value.ToString(CultureInfo.InvariantCulture) : null,
        };

    public static Option<double> Decimal(string name, char shorthand, string help) =>
        new(name, shorthand, "decimal", 0, (_, text) => ParseDecimal(text), help);

    /// <summary>A size with docker's suffixes: b, k, m, g, t, p; powers of 1024.</summary>
    public static Option<long> Bytes(string name, char shorthand, string help, bool unlimited = false, bool unsupported = false) =>
        new(name, shorthand, "bytes", 0, (_, text) => unlimited && text == "-1" ? -1 : ByteSize.Parse(text), help) { Unsupported = unsupported };

    public static Option<TimeSpan> Duration(string name, char shorthand, string help) =>
        new(name, shorthand, "duration", TimeSpan.Zero, (_, text) => GoDuration.Parse(text), help);

    /// <summary>May be given more than once.</summary>
    /// <param name="check">Returns the text to keep, or throws FormatException.</param>
    public static Option<IReadOnlyList<string>> List(string name, char shorthand, string help, Func<string, string>? check = null,
        string type = "list", bool hidden = false, Option? aliasOf = null, bool unsupported = false) =>
        new(name, shorthand, type, [], (list, text) => [.. list, check is null ? text : check(text)], help)
        {
            Hidden = hidden, AliasOf = aliasOf, Unsupported = unsupported,
        };

    /// <summary>May be given more than once; each text is parsed into a value of its own.</summary>
    public static Option<IReadOnlyList<T>> ListOf<T>(string name, char shorthand, string type, string help, Func<string, T> parse,
        bool hidden = false, Option? aliasOf = null) =>
        new(name, shorthand, type, [], (list, text) => [.. list, parse(text)], help) { Hidden = hidden, AliasOf = aliasOf };

    private static bool ParseBool(string text) => text switch
    {
        "1" or "t" or "T" or "TRUE" or "true" or "True" => true,
        "0" or "f" or "F" or "FALSE" or "false" or "False" => false,
        _ => throw new FormatException($"strconv.ParseBool: parsing {Quoted.Of(text)}: invalid syntax"),
    };

    private static long ParseInteger(string text, string type)
    {
        bool unsigned = type.StartsWith('u');
        var digits = unsigned ? text.AsSpan() : text.AsSpan().TrimStart("+-");
        bool isNumber = digits.Length > 0 && !digits.ContainsAnyExceptInRange('0', '9');
        if (isNumber && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            && (type != "uint16" || value <= ushort.MaxValue)) return value;
        throw new FormatException($"strconv.Parse{(unsigned ? "Uint" : "Int")}: parsing {Quoted.Of(text)}: {(isNumber ? "value out of range" : "invalid syntax")}");
    }

    private static double ParseDecimal(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value
            : throw new FormatException($"failed to parse {text} as a rational number");
}
