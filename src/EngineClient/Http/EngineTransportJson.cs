using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Sampan.EngineClient.Http;

/// <summary>Requests whose body or answer is one JSON document.</summary>
internal static class EngineTransportJson
{
    public static async Task<T> GetAsync<T>(this EngineTransport transport, EngineRequest request, JsonTypeInfo<T> type, CancellationToken ct)
    {
        await using var response = await transport.SendAsync(request, ct);
        return await response.ReadJsonAsync(type, ct);
    }

    public static async Task<byte[]> ReadRawAsync(this EngineTransport transport, EngineRequest request, CancellationToken ct)
    {
        await using var response = await transport.SendAsync(request, ct);
        return await response.ReadBytesAsync(ct);
    }

    public static EngineRequest With<T>(this EngineRequest request, T body, JsonTypeInfo<T> type) =>
        request with { Json = JsonSerializer.SerializeToUtf8Bytes(body, type) };

    /// <summary>One segment of a path. What a user typed must not become another path, a query or a header.</summary>
    public static string Segment(string text) => Uri.EscapeDataString(text);

    /// <summary>An image's name: slashes are its own.</summary>
    public static string ImageName(string text) => Uri.EscapeDataString(text).Replace("%2F", "/", StringComparison.Ordinal);
}
