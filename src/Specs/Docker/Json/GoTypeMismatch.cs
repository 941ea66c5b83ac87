using System.Text;
using System.Text.Json;

namespace Sampan.Specs.Docker;

/// <summary>A JSON value of the wrong kind for its field. <see cref="Exception.Message"/> has Go's wording; the reader adds
/// <see cref="JsonException.Path"/>.</summary>
public sealed class GoTypeMismatch(string value, string goType) : JsonException
{
    /// <summary>"string", "number 1.5", "object", "array", "bool".</summary>
    public string Value { get; } = value;

    /// <summary>The Go type of the field, for example "int64".</summary>
    public string GoType { get; } = goType;

    internal static GoTypeMismatch At(ref Utf8JsonReader reader, string goType) => new(Describe(ref reader), goType);

    private static string Describe(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => "string",
        JsonTokenType.Number => $"number {Encoding.UTF8.GetString(reader.ValueSpan)}",
        JsonTokenType.True or JsonTokenType.False => "bool",
        JsonTokenType.StartArray => "array",
        _ => "object",
    };
}
