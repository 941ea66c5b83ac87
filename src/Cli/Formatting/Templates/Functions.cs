using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sampan.Cli.Formatting.Templates;

/// <summary>The functions docker gives its templates, and those of Go's text/template.</summary>
internal static class Functions
{
    /// <summary>Functions that change how a value looks leave a table's header alone.</summary>
    public static bool LeavesHeader(string name) => name is "json" or "split" or "join" or "title" or "lower" or "upper" or "truncate";

    public static object? Call(string name, IReadOnlyList<object?> arguments) => name switch
    {
        "json" => Value.Json(One(name, arguments)),
        "lower" => Text(name, arguments, 0).ToLowerInvariant(),
        "upper" => Text(name, arguments, 0).ToUpperInvariant(),
        "title" => Title(Text(name, arguments, 0)),
        "split" => Text(name, arguments, 0).Split(Text(name, arguments, 1)).ToList<object?>(),
        "join" => string.Join(Text(name, arguments, 1), Items(arguments[0]).Select(Value.Print)),
        "pad" => Pad(Text(name, arguments, 0), Whole(name, arguments, 1), Whole(name, arguments, 2)),
        "truncate" => Text(name, arguments, 0) is var text && text.Length < Whole(name, arguments, 1) ? text : text[..Whole(name, arguments, 1)],
        "print" => string.Concat(arguments.Select(Value.Print)),
        "println" => string.Join(' ', arguments.Select(Value.Print)) + "\n",
        "printf" => Format(Text(name, arguments, 0), arguments.Skip(1).ToList()),
        "len" => Length(One(name, arguments)),
        "index" => Index(arguments),
        "not" => !Value.IsTrue(One(name, arguments)),
        "eq" => arguments.Skip(1).Any(other => Compare(arguments[0], other) == 0),
        "ne" => Compare(arguments[0], arguments[1]) != 0,
        "lt" => Compare(arguments[0], arguments[1]) < 0,
        "le" => Compare(arguments[0], arguments[1]) <= 0,
        "gt" => Compare(arguments[0], arguments[1]) > 0,
        "ge" => Compare(arguments[0], arguments[1]) >= 0,
        _ => throw new TemplateException($"template: :1: function {Grammar.Quoted.Of(name)} not defined"),
    };

    private static object? One(string name, IReadOnlyList<object?> arguments) => arguments is [var only] ? only
        : throw new TemplateException($"template: :1:2: executing \"\" at <{name}>: wrong number of args for {name}: want 1 got {arguments.Count}");

    private static string Text(string name, IReadOnlyList<object?> arguments, int at) =>
        at < arguments.Count && arguments[at] is string text ? text
            : throw new TemplateException($"template: :1:2: executing \"\" at <{name}>: wrong type for value; expected string");

    private static int Whole(string name, IReadOnlyList<object?> arguments, int at) =>
        at < arguments.Count && arguments[at] is long and >= 0 and <= int.MaxValue ? (int)(long)arguments[at]!
            : throw new TemplateException($"template: :1:2: executing \"\" at <{name}>: wrong type for value; expected int");

    private static IEnumerable<object?> Items(object? value) => value switch
    {
        null => [],
        IReadOnlyList<object?> list => list,
        JsonElement { ValueKind: JsonValueKind.Array } array => array.EnumerateArray().Select(Value.Of),
        _ => throw new TemplateException("template: :1:2: executing \"\" at <join>: wrong type for value; expected []string"),
    };

    private static string Title(string text)
    {
        var title = new StringBuilder(text);
        for (int i = 0; i < title.Length; i++)
            if (i == 0 || !char.IsLetterOrDigit(title[i - 1]) && title[i - 1] is not ('_' or '\'')) title[i] = char.ToUpperInvariant(title[i]);
        return title.ToString();
    }

    private static string Pad(string text, int before, int after) =>
        text.Length == 0 ? text : new string(' ', before) + text + new string(' ', after);

    private static object Length(object? value) => value switch
    {
        string text => (long)Encoding.UTF8.GetByteCount(text),
        IReadOnlyList<object?> list => (long)list.Count,
        JsonElement { ValueKind: JsonValueKind.Array } array => (long)array.GetArrayLength(),
        JsonElement { ValueKind: JsonValueKind.Object } map => (long)map.EnumerateObject().Count(),
        null => 0L,   // a nil map or list, which Go's typed values are
        _ => throw new TemplateException($"template: :1:2: executing \"\" at <len>: error calling len: len of type {value.GetType().Name}"),
    };

    private static object? Index(IReadOnlyList<object?> arguments)
    {
        object? value = arguments.FirstOrDefault();
        foreach (object? key in arguments.Skip(1))
        {
            value = (value, key) switch
            {
                (JsonElement { ValueKind: JsonValueKind.Object } map, string name) => map.TryGetProperty(name, out var member) ? Value.Of(member) : null,
                (JsonElement { ValueKind: JsonValueKind.Array } array, long at) when at >= 0 && at < array.GetArrayLength() => Value.Of(array[(int)at]),
                (IReadOnlyList<object?> list, long at) when at >= 0 && at < list.Count => list[(int)at],
                (null, _) => throw new TemplateException("template: :1:2: executing \"\" at <index>: error calling index: index of untyped nil"),
                (_, long at) => throw new TemplateException($"template: :1:2: executing \"\" at <index>: error calling index: index out of range: {at}"),
                _ => throw new TemplateException("template: :1:2: executing \"\" at <index>: error calling index: cannot index this value"),
            };
        }
        return value ?? "";   // the zero value of a map of strings, which is what docker's maps mostly are
    }

    private static int Compare(object? left, object? right) => (left, right) switch
    {
        (null, null) => 0,
        (long a, long b) => a.CompareTo(b),
        (double a, double b) => a.CompareTo(b),
        (long a, double b) => ((double)a).CompareTo(b),
        (double a, long b) => a.CompareTo(b),
        (string a, string b) => string.CompareOrdinal(a, b),
        (bool a, bool b) => a.CompareTo(b),
        (null, _) or (_, null) => 1,
        _ => throw new TemplateException("template: :1:2: executing \"\": incompatible types for comparison"),
    };

    /// <summary>%s, %v, %d, %q, %t, %x, %% with width, '-' and '0'.</summary>
    private static string Format(string format, List<object?> values)
    {
        var text = new StringBuilder();
        int next = 0;
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }
            int start = ++i;
            while (i < format.Length && format[i] is '-' or '0' or '+' or '.' or (>= '1' and <= '9')) i++;
            if (i >= format.Length)
            {
                text.Append("%!(NOVERB)");
                break;
            }
            if (format[i] == '%')
            {
                text.Append('%');
                continue;
            }
            string flags = format[start..i];
            text.Append(next < values.Count ? Pad(One(format[i], values[next++]), flags) : $"%!{format[i]}(MISSING)");
        }
        return text.ToString();
    }

    private static string One(char verb, object? value) => verb switch
    {
        'q' => Grammar.Quoted.Of(Value.Print(value)),
        'x' when value is long number => number.ToString("x", CultureInfo.InvariantCulture),
        's' or 'v' or 'd' or 't' or 'f' or 'g' => Value.Print(value),
        _ => $"%!{verb}({Value.Print(value)})",
    };

    private static string Pad(string text, string flags)
    {
        if (!int.TryParse(flags.TrimStart('-', '0', '+').Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int width)) return text;
        if (flags.StartsWith('-')) return text.PadRight(width);
        return text.PadLeft(width, flags.StartsWith('0') ? '0' : ' ');
    }
}
