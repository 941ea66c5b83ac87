using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sampan.Cli.Formatting.Templates;

/// <summary>Something with named fields a template can ask for: one row of a list.</summary>
internal interface IFields
{
    /// <summary>Names of the fields, sorted; {{json .}} writes them so.</summary>
    IReadOnlyList<string> Names { get; }

    /// <returns>False when there is no such field. Some take an argument: .Label "com.example".</returns>
    bool TryGet(string name, IReadOnlyList<object?> arguments, out object? value);
}

/// <summary>What templates compute with: null, bool, long, double, string, lists, JSON and <see cref="IFields"/>; and how Go prints and judges them.</summary>
internal static class Value
{
    /// <summary>JSON scalars become values of their own; objects and arrays stay.</summary>
    public static object? Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => element.TryGetInt64(out long whole) ? whole : element.GetDouble(),
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        _ => element,
    };

    public static object? Simplify(object? value) => value is JsonElement element ? Of(element) : value;

    public static bool IsTrue(object? value) => value switch
    {
        null => false,
        bool flag => flag,
        long number => number != 0,
        double number => number != 0,
        string text => text.Length > 0,
        IReadOnlyList<object?> list => list.Count > 0,
        JsonElement { ValueKind: JsonValueKind.Array } array => array.GetArrayLength() > 0,
        JsonElement { ValueKind: JsonValueKind.Object } map => map.EnumerateObject().MoveNext(),
        _ => true,
    };

    /// <summary>As Go's fmt prints it: [a b], map[k:v], &lt;no value&gt;.</summary>
    public static string Print(object? value) => value switch
    {
        null => "<no value>",
        string text => text,
        bool flag => flag ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => number.ToString("g", CultureInfo.InvariantCulture),
        IReadOnlyList<object?> list => $"[{string.Join(' ', list.Select(PrintInner))}]",
        JsonElement { ValueKind: JsonValueKind.Array } array => $"[{string.Join(' ', array.EnumerateArray().Select(item => PrintInner(Of(item))))}]",
        JsonElement { ValueKind: JsonValueKind.Object } map => "map[" + string.Join(' ', map.EnumerateObject()
            .OrderBy(member => member.Name, StringComparer.Ordinal).Select(member => $"{member.Name}:{PrintInner(Of(member.Value))}")) + "]",
        IFields fields => "map[" + string.Join(' ', fields.Names.Select(name => $"{name}:{(fields.TryGet(name, [], out object? inner) ? PrintInner(inner) : "")}")) + "]",
        _ => value.ToString() ?? "",
    };

    public static string Json(object? value)
    {
        using var stream = new MemoryStream();
        var options = new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var writer = new Utf8JsonWriter(stream, options)) Write(writer, value);
        string json = Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
        // Go escapes these in what a row makes of itself, and not in a document; they stand in strings only.
        return value is IFields ? json.Replace("<", "\\u003c", StringComparison.Ordinal).Replace(">", "\\u003e", StringComparison.Ordinal)
            .Replace("&", "\\u0026", StringComparison.Ordinal) : json;
    }

    private static string PrintInner(object? value) => value is null ? "<nil>" : Print(value);

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case string text: writer.WriteStringValue(text); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case long number: writer.WriteNumberValue(number); break;
            case double number: writer.WriteNumberValue(number); break;
            case JsonElement element: element.WriteTo(writer); break;
            case IReadOnlyList<object?> list:
                writer.WriteStartArray();
                foreach (object? item in list) Write(writer, item);
                writer.WriteEndArray();
                break;
            case IFields fields:
                writer.WriteStartObject();
                foreach (string name in fields.Names)
                {
                    if (!fields.TryGet(name, [], out object? member)) continue;
                    writer.WritePropertyName(name);
                    Write(writer, member);
                }
                writer.WriteEndObject();
                break;
            default: writer.WriteStringValue(value.ToString()); break;
        }
    }
}
