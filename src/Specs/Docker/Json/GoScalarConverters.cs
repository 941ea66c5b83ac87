using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>A scalar as Go's encoding/json reads it: <c>null</c> leaves the zero value, another JSON kind is an error
/// that names both kinds.</summary>
internal abstract class GoScalarConverter<T> : JsonConverter<T>
{
    public override bool HandleNull => true;

    /// <summary>The Go type that appears in error messages.</summary>
    protected abstract string GoType { get; }

    protected abstract JsonTokenType Expected { get; }

    protected abstract T Zero { get; }

    protected abstract bool TryRead(ref Utf8JsonReader reader, out T value);

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null) return Zero;
        if (Matches(reader.TokenType) && TryRead(ref reader, out var value)) return value;
        throw GoTypeMismatch.At(ref reader, GoType);
    }

    private bool Matches(JsonTokenType token) => token == Expected
        || (Expected == JsonTokenType.True && token == JsonTokenType.False);
}

internal sealed class GoStringConverter : GoScalarConverter<string>
{
    protected override string GoType => "string";
    protected override JsonTokenType Expected => JsonTokenType.String;
    protected override string Zero => "";

    protected override bool TryRead(ref Utf8JsonReader reader, out string value)
    {
        value = reader.GetString()!;
        return true;
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value ?? "");

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString()!;

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(value);
}

internal sealed class GoBoolConverter : GoScalarConverter<bool>
{
    protected override string GoType => "bool";
    protected override JsonTokenType Expected => JsonTokenType.True;
    protected override bool Zero => false;

    protected override bool TryRead(ref Utf8JsonReader reader, out bool value)
    {
        value = reader.GetBoolean();
        return true;
    }

    public override void Write(Utf8JsonWriter writer, bool value, JsonSerializerOptions options) => writer.WriteBooleanValue(value);
}

internal sealed class GoInt32Converter : GoScalarConverter<int>
{
    protected override string GoType => "int";
    protected override JsonTokenType Expected => JsonTokenType.Number;
    protected override int Zero => 0;
    protected override bool TryRead(ref Utf8JsonReader reader, out int value) => reader.TryGetInt32(out value);
    public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

internal sealed class GoInt64Converter : GoScalarConverter<long>
{
    protected override string GoType => "int64";
    protected override JsonTokenType Expected => JsonTokenType.Number;
    protected override long Zero => 0;
    protected override bool TryRead(ref Utf8JsonReader reader, out long value) => reader.TryGetInt64(out value);
    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

internal sealed class GoUInt16Converter : GoScalarConverter<ushort>
{
    protected override string GoType => "uint16";
    protected override JsonTokenType Expected => JsonTokenType.Number;
    protected override ushort Zero => 0;
    protected override bool TryRead(ref Utf8JsonReader reader, out ushort value) => reader.TryGetUInt16(out value);
    public override void Write(Utf8JsonWriter writer, ushort value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

internal sealed class GoUInt32Converter : GoScalarConverter<uint>
{
    protected override string GoType => "uint32";
    protected override JsonTokenType Expected => JsonTokenType.Number;
    protected override uint Zero => 0;
    protected override bool TryRead(ref Utf8JsonReader reader, out uint value) => reader.TryGetUInt32(out value);
    public override void Write(Utf8JsonWriter writer, uint value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

internal sealed class GoUInt64Converter : GoScalarConverter<ulong>
{
    protected override string GoType => "uint64";
    protected override JsonTokenType Expected => JsonTokenType.Number;
    protected override ulong Zero => 0;
    protected override bool TryRead(ref Utf8JsonReader reader, out ulong value) => reader.TryGetUInt64(out value);
    public override void Write(Utf8JsonWriter writer, ulong value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}
