using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sampan.Specs.Oci.Image;

/// <summary>A list of strings that old writers spelled as one string: "sh" reads as ["sh"].</summary>
public sealed class StringListJsonConverter : JsonConverter<IReadOnlyList<string>>
{
    public override IReadOnlyList<string>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.String) return [reader.GetString()!];
        if (reader.TokenType is not JsonTokenType.StartArray) throw new JsonException("expected a string or an array of strings");
        var list = new List<string>();
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            list.Add(reader.TokenType is JsonTokenType.String ? reader.GetString()!
                : throw new JsonException("expected a string in the array"));
        }
        return list;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (string item in value) writer.WriteStringValue(item);
        writer.WriteEndArray();
    }
}
