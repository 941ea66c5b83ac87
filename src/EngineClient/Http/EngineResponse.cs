using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sampan.Faults;

namespace Sampan.EngineClient.Http;

/// <summary>Status, headers and the body still on the wire. Disposing it gives the connection back or closes it.</summary>
internal sealed class EngineResponse(HttpStatusCode status, IReadOnlyDictionary<string, string> headers, HttpBody body) : IAsyncDisposable
{
    public HttpStatusCode Status => status;

    public HttpBody Body => body;

    public string? Header(string name) => headers.GetValueOrDefault(name);

    /// <exception cref="FaultException">Internal: the body is no such document.</exception>
    public async Task<T> ReadJsonAsync<T>(JsonTypeInfo<T> type, CancellationToken ct)
    {
        byte[] content = await ReadBytesAsync(ct);
        try
        {
            return JsonSerializer.Deserialize(content, type) ?? throw new JsonException("null");
        }
        catch (JsonException broken)
        {
            throw new FaultException(FaultKind.Internal, $"the engine's answer is not the JSON expected: {broken.Message}", broken);
        }
    }

    public async Task<byte[]> ReadBytesAsync(CancellationToken ct)
    {
        using var content = new MemoryStream();
        await body.CopyToAsync(content, ct);
        return content.TryGetBuffer(out var bytes) && bytes.Count == bytes.Array!.Length ? bytes.Array : content.ToArray();
    }

    public ValueTask DisposeAsync() => body.DisposeAsync();
}
