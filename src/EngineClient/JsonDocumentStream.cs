using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sampan.EngineClient.Http;
using Sampan.Faults;

namespace Sampan.EngineClient;

/// <summary>JSON documents one after the other, given out as they arrive: pull progress, events, stats.</summary>
internal static class JsonDocumentStream
{
    private const int LargestDocument = 16 * 1024 * 1024;

    /// <exception cref="FaultException">Internal: not JSON, or a document larger than 16 MiB.</exception>
    public static async IAsyncEnumerable<T> ReadAsync<T>(EngineResponse response, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var _ = response;
        byte[] buffer = new byte[4096];
        int length = 0;
        while (true)
        {
            int used = 0;
            while (TryTake(buffer.AsSpan(used, length - used), type, out T? document, out int taken))
            {
                used += taken;
                if (document is not null) yield return document;
            }
            buffer.AsSpan(used, length - used).CopyTo(buffer);
            length -= used;
            if (length == buffer.Length)
            {
                if (length >= LargestDocument)
                    throw new FaultException(FaultKind.Internal, $"the engine sent a JSON document larger than {LargestDocument} bytes");
                Array.Resize(ref buffer, length * 2);
            }
            int count = await response.Body.ReadAsync(buffer.AsMemory(length), ct);
            if (count == 0) break;
            length += count;
        }
        if (buffer.AsSpan(0, length).ContainsAnyExcept(" \r\n\t"u8))
            throw new FaultException(FaultKind.Unavailable, "the engine closed the connection before its answer was complete");
    }

    private static bool TryTake<T>(ReadOnlySpan<byte> bytes, JsonTypeInfo<T> type, out T? document, out int taken)
    {
        (document, taken) = (default, 0);
        int start = bytes.IndexOfAnyExcept(" \r\n\t"u8);
        if (start < 0) return false;
        try
        {
            var reader = new Utf8JsonReader(bytes[start..], isFinalBlock: false, state: default);
            if (!reader.Read() || !reader.TrySkip()) return false;
            taken = start + (int)reader.BytesConsumed;
            document = JsonSerializer.Deserialize(bytes[start..taken], type);
            return true;
        }
        catch (JsonException broken)
        {
            throw new FaultException(FaultKind.Internal, $"the engine's answer is not the JSON expected: {broken.Message}", broken);
        }
    }
}
