using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests.Harness;

/// <summary>A registry that takes uploads piece by piece, remembers what came before a connection broke, and misbehaves as told; one request per
/// connection. distribution-spec v1.1, § Pushing blobs.</summary>
public sealed class UploadServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly MemoryStream _upload = new();
    private int _cuts;

    public UploadServer()
    {
        _listener.Start();
        _ = ServeAsync();
    }

    public string Address => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Bodies longer than this are answered 413.</summary>
    public long Limit { get; init; } = long.MaxValue;

    /// <summary>So many bodies of uploads are cut off after <see cref="CutAfter"/> bytes.</summary>
    public int Cuts { get; init; }

    public int CutAfter { get; init; } = 100_000;

    /// <summary>False: an upload whose connection broke is unknown afterwards.</summary>
    public bool Remembers { get; init; } = true;

    public ConcurrentDictionary<string, byte[]> Blobs { get; } = new();

    /// <summary>Method, path and range of each.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public void Dispose() => _listener.Stop();

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await AnswerAsync(client.GetStream());
            }
            catch (IOException)
            {
                // the client has gone
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        string[] head = await ReadHeadAsync(stream);
        if (head.Length == 0) return;
        string method = head[0].Split(' ')[0], target = head[0].Split(' ')[1], path = target.Split('?')[0];
        long length = long.Parse(Header(head, "Content-Length") ?? "0", CultureInfo.InvariantCulture);
        string? range = Header(head, "Content-Range");
        Requests.Enqueue($"{method} {path} {range}".Trim());
        string status = "404 Not Found";
        if (path == "/v2/" || method == "HEAD" && Blobs.ContainsKey(path.Split('/')[^1])) status = "200 OK";
        else if (method == "POST")
        {
            _upload.SetLength(0);
            status = "202 Accepted";
        }
        else if (method == "GET" && Remembers) status = "204 No Content";
        else if (method is "PUT" or "PATCH")
        {
            if (length > Limit) status = "413 Too Large";
            else if (range is not null && long.Parse(range.Split('-')[0], CultureInfo.InvariantCulture) != _upload.Length) status = "416 Wrong Range";
            else if (!await TakeAsync(stream, length, keep: !path.Contains("/manifests/", StringComparison.Ordinal))) return;
            else status = method == "PATCH" ? "202 Accepted" : path.Contains("/manifests/", StringComparison.Ordinal) ? "201 Created" : Finish(Uri.UnescapeDataString(target.Split("digest=")[^1]));
        }
        string place = $"Location: /v2/app/blobs/uploads/1?state=x\r\nRange: 0-{Math.Max(0, _upload.Length - 1)}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{place}{(status.StartsWith("204", StringComparison.Ordinal) ? "" : "Content-Length: 0\r\n")}Connection: close\r\n\r\n"));
        // Unread bytes would reset the connection, and the answer with it.
        if (status.StartsWith("413", StringComparison.Ordinal)) await TakeAsync(stream, length, keep: false);
    }

    private string Finish(string digest)
    {
        if (Digest.Of(_upload.ToArray()).ToString() != digest) return "400 Wrong Digest";
        Blobs[digest] = _upload.ToArray();
        return "201 Created";
    }

    private async Task<bool> TakeAsync(NetworkStream stream, long length, bool keep)
    {
        byte[] buffer = new byte[10_000];
        bool cut = keep && length > CutAfter && _cuts < Cuts;
        for (long taken = 0; taken < length;)
        {
            int got = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - taken)));
            if (got == 0) return false;
            if (keep) _upload.Write(buffer, 0, got);
            taken += got;
            if (!cut || taken < CutAfter) continue;
            _cuts++;
            return false;
        }
        return true;
    }

    private static async Task<string[]> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (await stream.ReadAsync(one) == 1)
        {
            head.Append((char)one[0]);
            if (one[0] == '\n' && head.Length >= 4 && head.ToString(head.Length - 4, 4) == "\r\n\r\n") return head.ToString().TrimEnd().Split("\r\n");
        }
        return [];
    }

    private static string? Header(string[] head, string name) =>
        head.FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
}
