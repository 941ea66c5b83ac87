using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sampan.Specs.Oci.Image;

/// <summary>A digest as a JSON string. A malformed one is a <see cref="JsonException"/>.</summary>
public sealed class DigestJsonConverter : JsonConverter<Digest>
{
    public override Digest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Parse(reader.TokenType is JsonTokenType.String ? reader.GetString() : null);

    public override void Write(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());

    public override Digest ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Parse(reader.GetString());

    public override void WriteAsPropertyName(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString());

    private static Digest Parse(string? text) => Digest.TryParse(text, out var digest) ? digest
        : throw new JsonException($"invalid digest '{text}': expected sha256: and 64 lowercase hex digits");
}
