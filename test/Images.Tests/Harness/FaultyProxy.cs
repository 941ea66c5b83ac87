using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace Sampan.Images.Tests.Harness;

/// <summary>What a <see cref="FaultyProxy"/> does to one request.</summary>
public sealed record Fault
{
    /// <summary>Answers itself with this status line and headers, e.g. "503 Service Unavailable".</summary>
    public string? Answer { get; init; }

    public string Headers { get; init; } = "";

    public string Body { get; init; } = "";

    /// <summary>Breaks the connection after so many bytes of the answer's body.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Changes the byte at this place of the answer's body.</summary>
    public int? CorruptAt { get; init; }

    /// <summary>Sends no more of the body than <see cref="CutAfter"/>, but keeps the connection until this ends.</summary>
    public Task? Stall { get; init; }
}

/// <summary>A TCP proxy before a registry that understands just enough HTTP to do harm: one request per connection.</summary>
public sealed class FaultyProxy : LoopbackServer
{
    private readonly string _upstream;
    private readonly Func<string, int, Fault?> _fault;
    private readonly ConcurrentDictionary<string, int> _counts = new();

    /// <param name="fault">By request line ("GET /v2/…") and how often it was asked before.</param>
    public FaultyProxy(string upstream, Func<string, int, Fault?> fault)
    {
        (_upstream, _fault) = (upstream, fault);
        Start();
    }

    /// <summary>Heads of all requests, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    protected override async Task ServeAsync(NetworkStream client)
    {
        string head = await ReadHeadAsync(client);
        if (head.Length == 0) return;
        Requests.Enqueue(head);
        string line = head[..head.IndexOf(" HTTP/", StringComparison.Ordinal)];
        Fault fault = _fault(line, _counts.AddOrUpdate(line, 0, (_, count) => count + 1)) ?? new Fault();
        if (fault.Answer is not null)
        {
            byte[] body = Encoding.UTF8.GetBytes(fault.Body);
            await client.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {fault.Answer}\r\n{fault.Headers}Content-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
            if (!line.StartsWith("HEAD", StringComparison.Ordinal)) await client.WriteAsync(body);
            return;
        }
        await ForwardAsync(head, client, fault);
    }

    private async Task ForwardAsync(string head, NetworkStream client, Fault fault)
    {
        string[] address = _upstream.Split(':');
        using var upstream = new TcpClient();
        await upstream.ConnectAsync(address[0], int.Parse(address[1], System.Globalization.CultureInfo.InvariantCulture), Stop);
        NetworkStream server = upstream.GetStream();
        await server.WriteAsync(Encoding.ASCII.GetBytes(head.Insert(head.Length - 2, "Connection: close\r\n")), Stop);
        await client.WriteAsync(Encoding.ASCII.GetBytes(await ReadHeadAsync(server)), Stop);
        byte[] buffer = new byte[16 * 1024];
        for (int sent = 0; await server.ReadAsync(buffer, Stop) is > 0 and var got; sent += got)
        {
            if (fault.CorruptAt is { } at && at >= sent && at < sent + got) buffer[at - sent] ^= 0x55;
            int take = Math.Min(got, (fault.CutAfter ?? int.MaxValue) - sent);
            await client.WriteAsync(buffer.AsMemory(0, take), Stop);
            if (take == got) continue;
            if (fault.Stall is not null) await fault.Stall.WaitAsync(Stop);
            return;
        }
    }

    private async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (await stream.ReadAsync(one, Stop) == 1)
        {
            if (head.Length == 0 && one[0] == 0x16) return "";   // TLS, which it does not speak
            head.Append((char)one[0]);
            if (one[0] == '\n' && head.Length >= 4 && head.ToString(head.Length - 4, 4) == "\r\n\r\n") return head.ToString();
        }
        return "";
    }
}
