using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>Go's time.Time in JSON: RFC 3339, trailing zeros of the fraction cut.</summary>
internal sealed class GoTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Rfc3339.TryParse(reader.GetString(), out var time) ? time
            : throw GoTypeMismatch.At(ref reader, "time.Time");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Rfc3339.Format(value));
}
