using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.EngineApi.Http;

/// <summary>Reads the JSON of a request body as dockerd does, with its error texts.</summary>
internal static class JsonBody
{
    /// <summary>No document of this API is longer; images and archives do not come this way. Bytes.</summary>
    private const int MaxLength = 16 << 20;

    /// <summary>null when there is no body.</summary>
    /// <exception cref="FaultException">InvalidArgument: wrong content type, malformed, of the wrong shape, or followed by something.</exception>
    internal static async Task<T?> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type, CancellationToken ct) where T : class =>
        await ReadTextAsync(request, ct) is { } text ? Parse(text, type) : null;

    /// <summary>The text itself, to be parsed; null when there is no body.</summary>
    /// <exception cref="FaultException">InvalidArgument: wrong content type, too long.</exception>
    internal static async Task<byte[]?> ReadTextAsync(HttpRequest request, CancellationToken ct)
    {
        CheckContentType(request);
        if (request.ContentLength > MaxLength) throw TooLong();
        byte[] text = await ReadAllAsync(request, ct);
        // Empty in chunks is a body that says nothing, not none.
        return text.Length == 0 && !HasChunkedBody(request) ? null : text;
    }

    internal static T Parse<T>(ReadOnlySpan<byte> text, JsonTypeInfo<T> type) where T : class
    {
        T? value;
        int end;
        try
        {
            var reader = new Utf8JsonReader(text, isFinalBlock: true, new JsonReaderState(type.Options is var o ? new JsonReaderOptions
            {
                MaxDepth = o.MaxDepth,
                AllowMultipleValues = true,
            } : default));
            value = JsonSerializer.Deserialize(ref reader, type);
            end = (int)reader.BytesConsumed;
        }
        catch (JsonException error)
        {
            throw new FaultException(FaultKind.InvalidArgument, $"invalid JSON: {Explain<T>(text, error)}", error);
        }
        var rest = text[end..].TrimStart(" \t\r\n"u8);
        if (rest.Length > 0 && rest[0] is not ((byte)'}' or (byte)']'))
            throw new FaultException(FaultKind.InvalidArgument, "unexpected content after JSON");
        // "null" leaves Go's zero value in place: an empty document.
        return value ?? JsonSerializer.Deserialize("{}"u8, type)!;
    }

    private static string Explain<T>(ReadOnlySpan<byte> text, JsonException error)
    {
        if (GoJsonSyntax.Explain(text) is { } syntax) return syntax == "EOF" ? "got EOF while reading request body" : syntax;
        string field = error.Path is { Length: > 2 } path ? path[2..] : "";
        return error is GoTypeMismatch mismatch
            ? $"json: cannot unmarshal {mismatch.Value} into Go struct field {typeof(T).Name}.{field} of type {mismatch.GoType}"
            : $"json: cannot unmarshal the value of {typeof(T).Name}.{field}: wrong type";
    }

    private static void CheckContentType(HttpRequest request)
    {
        string? type = request.ContentType;
        if (string.IsNullOrEmpty(type) && request.ContentLength is 0 or null && !HasChunkedBody(request)) return;
        int semicolon = (type ?? "").IndexOf(';');
        string media = (semicolon < 0 ? type ?? "" : type![..semicolon]).Trim();
        if (media.Length == 0) throw new FaultException(FaultKind.InvalidArgument, $"malformed Content-Type header ({type}): mime: no media type");
        if (!media.Equals("application/json", StringComparison.OrdinalIgnoreCase))
            throw new FaultException(FaultKind.InvalidArgument, $"unsupported Content-Type header ({type}): must be 'application/json'");
    }

    private static FaultException TooLong() => new(FaultKind.InvalidArgument, $"request body is longer than {MaxLength} bytes");

    private static bool HasChunkedBody(HttpRequest request) => request.Headers.TransferEncoding.Count > 0;

    private static async Task<byte[]> ReadAllAsync(HttpRequest request, CancellationToken ct)
    {
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(ct);
            if (read.Buffer.Length > MaxLength) throw TooLong();
            if (read.IsCompleted)
            {
                byte[] text = read.Buffer.ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return text;
            }
            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
