using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Sampan.Faults;

namespace Sampan.EngineClient.Http;

/// <summary>Sends requests over connections kept alive, and turns the engine's errors into exceptions.</summary>
internal sealed class EngineTransport(EngineAddress address, string version) : IDisposable
{
    private readonly Stack<HttpConnection> _idle = new();   // guarded by itself

    public EngineAddress Address => address;

    /// <summary>API version of the request paths; empty until negotiated.</summary>
    public string Version { get; set; } = version;

    /// <exception cref="EngineException">The engine refused the request.</exception>
    /// <exception cref="FaultException">Unavailable: no engine listens; PermissionDenied: the socket is not ours to open.</exception>
    public async Task<EngineResponse> SendAsync(EngineRequest request, CancellationToken ct)
    {
        while (true)
        {
            var (connection, reused) = await TakeAsync(ct);
            try
            {
                await WriteAsync(connection, request, ct);
                var response = await ReadHeadAsync(connection, request, ct);
                if ((int)response.Status >= 400) await ThrowAsync(response, request, ct);
                return response;
            }
            catch (Exception failure)
            {
                if (failure is not EngineException) connection.Dispose();
                // An engine may close a kept connection at any time; a request it never read can go again on a new one.
                bool stale = failure is SocketException || failure is FaultException { Kind: FaultKind.Unavailable } and not EngineException;
                if (reused && stale && request.Body is null && request.Method is "GET" or "HEAD") continue;
                if (failure is SocketException broken)
                    throw new FaultException(FaultKind.Unavailable, $"the connection to the engine at {address} broke: {broken.Message}", broken);
                throw;
            }
        }
    }

    /// <summary>Sends the request and waits until its answer is complete, which is discarded.</summary>
    public async Task<HttpStatusCode> CallAsync(EngineRequest request, CancellationToken ct)
    {
        await using var response = await SendAsync(request, ct);
        await response.Body.CopyToAsync(Stream.Null, ct);
        return response.Status;
    }

    /// <summary>Sends the request and takes the connection over. Engines answer 101, or 200 to clients that did not ask to upgrade.</summary>
    public async Task<HijackedStream> HijackAsync(EngineRequest request, CancellationToken ct)
    {
        var connection = await OpenAsync(ct);
        try
        {
            await WriteAsync(connection, request with { Hijack = true }, ct);
            var response = await ReadHeadAsync(connection, request, ct);
            if ((int)response.Status >= 400) await ThrowAsync(response, request, ct);
            return new HijackedStream(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        lock (_idle)
            while (_idle.TryPop(out var connection)) connection.Dispose();
    }

    private async Task<(HttpConnection Connection, bool Reused)> TakeAsync(CancellationToken ct)
    {
        lock (_idle)
            if (_idle.TryPop(out var kept)) return (kept, true);
        return (await OpenAsync(ct), false);
    }

    private void Release(HttpConnection connection)
    {
        if (!connection.Reusable)
        {
            connection.Dispose();
            return;
        }
        lock (_idle) _idle.Push(connection);
    }

    private async Task<HttpConnection> OpenAsync(CancellationToken ct)
    {
        try
        {
            return await HttpConnection.OpenAsync(address, ct);
        }
        catch (SocketException denied) when (denied.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new FaultException(FaultKind.PermissionDenied,
                $"permission denied while trying to connect to the Docker daemon socket at {address}: {denied.Message}", denied);
        }
        catch (SocketException absent)
        {
            throw new FaultException(FaultKind.Unavailable,
                $"Cannot connect to the Docker daemon at {address}. Is the docker daemon running?", absent);
        }
    }

    private async Task WriteAsync(HttpConnection connection, EngineRequest request, CancellationToken ct)
    {
        byte[] head = request.Head(address.SocketPath is null ? $"{address.Host}:{address.Port}" : "localhost", Version);
        if (request.Json is { } json)
        {
            byte[] whole = new byte[head.Length + json.Length];
            head.CopyTo(whole, 0);
            json.CopyTo(whole.AsMemory(head.Length));
            await connection.WriteAsync(whole, ct);
            return;
        }
        await connection.WriteAsync(head, ct);
        if (request.Body is { } body) await WriteChunksAsync(connection, body, ct);
    }

    private static async Task WriteChunksAsync(HttpConnection connection, Stream body, CancellationToken ct)
    {
        const int sizeLine = 10;   // eight hex digits and CRLF before, CRLF after: one write per chunk
        byte[] chunk = new byte[sizeLine + 128 * 1024 + 2];
        try
        {
            for (int count; (count = await body.ReadAsync(chunk.AsMemory(sizeLine, chunk.Length - sizeLine - 2), ct)) > 0;)
            {
                Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{count:x8}\r\n"), chunk);
                "\r\n"u8.CopyTo(chunk.AsSpan(sizeLine + count));
                await connection.WriteAsync(chunk.AsMemory(0, sizeLine + count + 2), ct);
            }
            await connection.WriteAsync("0\r\n\r\n"u8.ToArray(), ct);
        }
        catch (SocketException)
        {
            // The engine stops reading when it refuses the upload: its answer, which says why, is already there to be read.
        }
    }

    private async Task<EngineResponse> ReadHeadAsync(HttpConnection connection, EngineRequest request, CancellationToken ct)
    {
        string line = await connection.ReadLineAsync(ct);   // HTTP/1.1 200 OK
        string[] parts = line.Split(' ', 3);
        if (parts.Length < 2 || !parts[0].StartsWith("HTTP/1.", StringComparison.Ordinal)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int status))
            throw new FaultException(FaultKind.Internal, $"the peer at {address} does not speak HTTP: it answered '{line}'");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while ((line = await connection.ReadLineAsync(ct)).Length > 0)
        {
            int colon = line.IndexOf(':');
            if (colon > 0) headers[line[..colon]] = line[(colon + 1)..].Trim();
        }
        bool empty = request.Method == "HEAD" || status is 204 or 304;
        return new EngineResponse((HttpStatusCode)status, headers,
            empty ? HttpBody.None(connection, Release) : HttpBody.Of(connection, headers, Release));
    }

    private static async Task ThrowAsync(EngineResponse response, EngineRequest request, CancellationToken ct)
    {
        await using (response)
        {
            byte[] content = await response.ReadBytesAsync(ct);
            throw new EngineException(response.Status, MessageOf(content)
                ?? $"request returned {response.Status} for API route {request.Method} {request.Path}; check that the engine supports it");
        }
    }

    /// <summary>{"message":"…"}; older engines and proxies answer with plain text.</summary>
    private static string? MessageOf(byte[] content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("message", out var message)
                && message.ValueKind == JsonValueKind.String)
                return message.GetString()!.TrimEnd();
        }
        catch (JsonException)
        {
            // Plain text: said as it is.
        }
        string text = Encoding.UTF8.GetString(content).Trim();
        return text.Length == 0 ? null : text;
    }
}
