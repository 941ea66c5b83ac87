using System.Text.Json;
using Sampan.Faults;

namespace Sampan.Specs.Oci.Runtime;

/// <summary>Reads one document with a hand-written parser; says what is wrong with it.</summary>
internal static class JsonDocumentReader
{
    internal static T Read<T>(ReadOnlySpan<byte> utf8, string what, JsonCursor.Parse<T> parse)
    {
        try
        {
            JsonCursor json = new(utf8);
            json.Begin();
            T document = parse(ref json);
            json.End();
            return document;
        }
        catch (JsonException e)
        {
            throw new FaultException(FaultKind.InvalidArgument, $"invalid {what}: not JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine}", e);
        }
        // Utf8JsonReader.GetString on bytes that are no UTF-8, or on half a surrogate pair.
        catch (InvalidOperationException e)
        {
            throw new FaultException(FaultKind.InvalidArgument, $"invalid {what}: a text in it is not UTF-8", e);
        }
        catch (FaultException e)
        {
            throw new FaultException(e.Kind, $"invalid {what}: {e.Message}", e);
        }
    }

    internal static FaultException Missing(string name) => new(FaultKind.InvalidArgument, $"'{name}' is missing");

    internal static FaultException NotSupported(string name) => new(FaultKind.NotSupported, $"'{name}' is not supported yet; remove it");
}
