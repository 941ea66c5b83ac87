using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Sampan.EngineApi.Listen;
using Sampan.Engine;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.EngineApi.Http;

/// <summary>One request: what the client asked and the ways to answer. Query parameters are read as dockerd reads them.</summary>
internal sealed class ApiRequest(HttpContext http, ApiVersion version, string name)
{
    internal HttpContext Http => http;

    /// <summary>The version the client speaks.</summary>
    internal ApiVersion Version => version;

    /// <summary>The variable part of the path: a container, image, network, …</summary>
    internal string Name => name;

    /// <summary>Cancelled when the client has gone.</summary>
    internal CancellationToken Aborted => http.RequestAborted;

    internal Stream Body => http.Request.Body;

    /// <summary>"" when absent; the first when given several times.</summary>
    internal string Text(string key) => http.Request.Query.TryGetValue(key, out var values) && values.Count > 0 ? values[0] ?? "" : "";

    internal bool Has(string key) => http.Request.Query.ContainsKey(key);

    internal IReadOnlyList<string> Many(string key) =>
        http.Request.Query.TryGetValue(key, out var values) ? [.. values.Select(value => value ?? "")] : [];

    /// <summary>Everything but "", "0", "no", "false" and "none" is true, as in dockerd.</summary>
    internal bool Flag(string key) => Text(key).Trim().ToLowerInvariant() is not ("" or "0" or "no" or "false" or "none");

    internal bool Flag(string key, bool absent) => Has(key) ? Flag(key) : absent;

    /// <exception cref="FaultException">InvalidArgument with Go's text.</exception>
    internal int? Integer(string key)
    {
        string text = Text(key);
        if (text.Length == 0) return null;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)) return value;
        throw new FaultException(FaultKind.InvalidArgument, $"strconv.Atoi: parsing \"{text}\": invalid syntax");
    }

    internal Filters Filters() => Engine.Filters.Parse(Text("filters"));

    /// <summary>The header X-Registry-Auth, or the registry's part of X-Registry-Config. Malformed credentials count as none, as dockerd holds it: a pull may do without.</summary>
    /// <param name="domain">The registry.</param>
    internal RegistryAuth? Credentials(string domain)
    {
        try
        {
            return RegistryAuth.FromHeader(http.Request.Headers["X-Registry-Auth"]) ?? RegistryAuth.FromConfigHeader(http.Request.Headers["X-Registry-Config"], domain);
        }
        catch (FaultException)
        {
            return null;
        }
    }

    /// <summary>The body, or null when there is none.</summary>
    internal Task<T?> ReadJsonAsync<T>(JsonTypeInfo<T> type) where T : class => JsonBody.ReadAsync(http.Request, type, Aborted);

    /// <summary>The text of the body, or null when there is none.</summary>
    internal Task<byte[]?> ReadJsonTextAsync() => JsonBody.ReadTextAsync(http.Request, Aborted);

    internal Task WriteJsonAsync<T>(T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(value, type);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = json.Length + 1;
        var target = http.Response.BodyWriter.GetSpan(json.Length + 1);
        json.CopyTo(target);
        target[json.Length] = (byte)'\n'; // Go's encoder ends every document so
        http.Response.BodyWriter.Advance(json.Length + 1);
        return Task.CompletedTask;
    }

    internal Task Answer(int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    internal Task NoContent() => Answer(StatusCodes.Status204NoContent);

    /// <summary>204 when something was done, 304 when it was so already.</summary>
    internal Task NoContentOrNotModified(bool done) => Answer(done ? StatusCodes.Status204NoContent : StatusCodes.Status304NotModified);

    /// <summary>Sends status and headers now: clients wait for them before they go on.</summary>
    internal async Task StartStreamAsync(string contentType)
    {
        http.Response.ContentType = contentType;
        await http.Response.StartAsync(Aborted);
        await http.Response.BodyWriter.FlushAsync(Aborted);
    }

    /// <summary>Takes the connection out of HTTP: answers 101 (or 200 to clients that sent no Upgrade) and hands over the raw bytes.</summary>
    internal Task<HijackedStream> HijackAsync(string contentType)
    {
        bool upgrade = http.Request.Headers.Upgrade.Count > 0;
        http.Response.Headers.Connection = "close";
        return Connection.HijackAsync(upgrade
            ? $"HTTP/1.1 101 UPGRADED\r\nContent-Type: {contentType}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
            : $"HTTP/1.1 200 OK\r\nContent-Type: {StreamTypes.RawStream}\r\n",
            http.Response.Headers, Aborted);
    }

    /// <summary>The same for a websocket. RFC 6455 § 4.2.2.</summary>
    /// <param name="accept">What <c>Sec-WebSocket-Accept</c> answers.</param>
    internal Task<HijackedStream> HijackAsWebSocketAsync(string accept) =>
        Connection.HijackAsync($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n",
            http.Response.Headers, Aborted);

    private HijackableConnection Connection => http.Features.Get<HijackableConnection>()
        ?? throw new FaultException(FaultKind.Internal, "cannot take over the connection: it is not one of ours");
}
