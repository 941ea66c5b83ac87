using System.Buffers;
using System.Text.Json;
using Sampan.Faults;

namespace Sampan.Specs.Oci.Runtime;

/// <summary>What descriptors 0, 1 and 2 of a saved container were: an array of names as /proc/PID/fd shows them. runc keeps the same document,
/// <c>descriptors.json</c>, beside criu's images.</summary>
public static class StreamNamesJson
{
    public static byte[] Write(IReadOnlyList<string> names)
    {
        ArrayBufferWriter<byte> buffer = new(128);
        using (Utf8JsonWriter json = new(buffer)) Write(json, names);
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="FaultException">InvalidArgument: no array of texts.</exception>
    public static IReadOnlyList<string> Read(ReadOnlySpan<byte> utf8) => JsonDocumentReader.Read(utf8, "descriptors.json", static (ref json) => json.Strings());

    internal static void Write(Utf8JsonWriter json, IReadOnlyList<string> names)
    {
        json.WriteStartArray();
        foreach (string name in names) json.WriteStringValue(name);
        json.WriteEndArray();
    }
}
