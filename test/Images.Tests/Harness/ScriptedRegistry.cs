using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests.Harness;

/// <summary>A request as it came over the line; header names in lower case.</summary>
public sealed record ScriptedRequest(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string? Authorization => Headers.GetValueOrDefault("authorization");

    public string Line => $"{Method} {Path}{Query}";
}

/// <param name="Headers">Lines, each ended by CR LF.</param>
public sealed record ScriptedAnswer(string Status, string Headers = "", byte[]? Body = null, int? CutAfter = null)
{
    /// <summary>With an error as registries word it, in JSON.</summary>
    public static ScriptedAnswer Error(string status, string code, string message, string headers = "") =>
        new(status, headers + "Content-Type: application/json\r\n", Encoding.UTF8.GetBytes($$"""{"errors":[{"code":"{{code}}","message":"{{message}}"}]}"""));

    public static ScriptedAnswer Json(string body) => new("200 OK", "Content-Type: application/json\r\n", Encoding.UTF8.GetBytes(body));
}

/// <summary>A registry in memory that answers as a script says, and otherwise as it should: one request per connection. distribution-spec v1.1.</summary>
public sealed class ScriptedRegistry : LoopbackServer
{
    private readonly ConcurrentDictionary<string, byte[]> _blobs = new();
    private readonly ConcurrentDictionary<string, (string Type, byte[] Content)> _manifests = new();
    private readonly Func<ScriptedRequest, ScriptedAnswer?> _script;

    public ScriptedRegistry(Func<ScriptedRequest, ScriptedAnswer?> script)
    {
        _script = script;
        Start();
    }

    public ConcurrentQueue<ScriptedRequest> Requests { get; } = new();

    public IEnumerable<string> Blobs => _blobs.Keys;

    public void Add(string tag, MadeImage image)
    {
        foreach (byte[] blob in image.Blobs) _blobs[Digest.Of(blob).ToString()] = blob;
        foreach (var child in image.Children) _manifests[child.Digest.ToString()] = (child.MediaType, child.Content);
        _manifests[tag] = _manifests[image.Digest.ToString()] = (image.MediaType, image.Manifest);
    }

    protected override async Task ServeAsync(NetworkStream client)
    {
        if (await ReadAsync(client) is not { } request) return;
        Requests.Enqueue(request);
        ScriptedAnswer answer = _script(request) ?? Answer(request);
        byte[] body = answer.Body ?? [];
        bool told = answer.Headers.Contains("Content-Length:", StringComparison.OrdinalIgnoreCase) || answer.Status.StartsWith("204", StringComparison.Ordinal);
        string head = $"HTTP/1.1 {answer.Status}\r\n{answer.Headers}{(told ? "" : $"Content-Length: {body.Length}\r\n")}Connection: close\r\n\r\n";
        byte[] all = [.. Encoding.ASCII.GetBytes(head), .. request.Method == "HEAD" ? [] : body];
        await client.WriteAsync(all.AsMemory(0, Math.Min(all.Length, answer.CutAfter ?? all.Length)), Stop);
    }

    private ScriptedAnswer Answer(ScriptedRequest request)
    {
        string last = request.Path.Split('/')[^1];
        if (request.Path == "/v2/") return new("200 OK");
        if (request.Path.Contains("/manifests/", StringComparison.Ordinal))
        {
            if (request.Method == "PUT")
            {
                _manifests[last] = (request.Headers["content-type"], request.Body);
                return new("201 Created");
            }
            return _manifests.TryGetValue(last, out var found) ? new("200 OK", $"Content-Type: {found.Type}\r\nDocker-Content-Digest: {Digest.Of(found.Content)}\r\n", found.Content)
                : ScriptedAnswer.Error("404 Not Found", "MANIFEST_UNKNOWN", "manifest unknown");
        }
        if (request.Path.EndsWith("/blobs/uploads/", StringComparison.Ordinal)) return new("202 Accepted", $"Location: {request.Path}1?state=x\r\nRange: 0-0\r\n");
        if (request.Path.Contains("/blobs/uploads/", StringComparison.Ordinal) && request.Method == "PUT")
        {
            string digest = Uri.UnescapeDataString(request.Query.Split("digest=")[^1]);
            if (Digest.Of(request.Body).ToString() != digest) return ScriptedAnswer.Error("400 Bad Request", "DIGEST_INVALID", "provided digest did not match uploaded content");
            _blobs[digest] = request.Body;
            return new("201 Created");
        }
        return _blobs.TryGetValue(last, out byte[]? blob) ? Part(request, blob) : ScriptedAnswer.Error("404 Not Found", "BLOB_UNKNOWN", "blob unknown to registry");
    }

    private static ScriptedAnswer Part(ScriptedRequest request, byte[] blob)
    {
        if (!request.Headers.TryGetValue("range", out string? range)) return new("200 OK", "Content-Type: application/octet-stream\r\n", blob);
        int from = int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
        return new("206 Partial Content", $"Content-Range: bytes {from}-{blob.Length - 1}/{blob.Length}\r\n", blob[from..]);
    }

    private async Task<ScriptedRequest?> ReadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (head.Length < 4 || head.ToString(head.Length - 4, 4) != "\r\n\r\n")
        {
            if (await stream.ReadAsync(one, Stop) == 0) return null;
            if (head.Length == 0 && one[0] == 0x16) return null;   // TLS, which it does not speak
            head.Append((char)one[0]);
        }
        string[] lines = head.ToString().TrimEnd().Split("\r\n");
        string[] first = lines[0].Split(' ');
        var headers = lines.Skip(1).Select(line => line.Split(':', 2)).ToDictionary(pair => pair[0].ToLowerInvariant(), pair => pair[1].Trim());
        // As a proxy it is asked for whole addresses.
        if (first[1].StartsWith("http://", StringComparison.Ordinal)) first[1] = new Uri(first[1]).PathAndQuery;
        int query = first[1].IndexOf('?', StringComparison.Ordinal);
        byte[] body = new byte[int.Parse(headers.GetValueOrDefault("content-length", "0"), CultureInfo.InvariantCulture)];
        if (headers.ContainsKey("expect")) await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), Stop);
        await stream.ReadExactlyAsync(body, Stop);
        return new ScriptedRequest(first[0], query < 0 ? first[1] : first[1][..query], query < 0 ? "" : first[1][query..], headers, body);
    }
}
