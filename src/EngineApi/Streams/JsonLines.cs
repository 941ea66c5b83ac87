using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sampan.EngineApi.Http;

namespace Sampan.EngineApi.Streams;

/// <summary>A stream of JSON documents, one a line, each sent at once.</summary>
internal static class JsonLines
{
    internal static async Task WriteAsync<T>(ApiRequest request, T document, JsonTypeInfo<T> type)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(document, type), (byte)'\n'];
        await request.Http.Response.BodyWriter.WriteAsync(line, request.Aborted);
    }
}
