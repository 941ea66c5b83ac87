using System.Net.Sockets;
using System.Text;

namespace Sampan.Cli.Tests.Client;

/// <summary>A real socket on which each request gets the bytes a test wrote down, cut into the pieces it wants.</summary>
internal sealed class ScriptedEngine : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sampan-client-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    /// <param name="answer">Given the request's head and body, writes the answer; returns false to close the connection.</param>
    public ScriptedEngine(Func<string, Stream, Task<bool>> answer)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder, "s")));
        _listener.Listen();
        _serving = ServeAsync(answer);
    }

    public string Host => "unix://" + Path.Combine(_folder, "s");

    /// <summary>First lines of the requests, in order.</summary>
    public List<string> Requests { get; } = [];

    public int Connections { get; private set; }

    /// <summary>Answers every request with one of these, by "METHOD /path" without version and query; 404 otherwise.</summary>
    public static ScriptedEngine Of(params (string Request, string Answer)[] answers) => new(async (head, connection) =>
    {
        string line = head.Split("\r\n")[0], path = line.Split(' ')[1].Split('?')[0];
        if (path.StartsWith("/v1.", StringComparison.Ordinal)) path = path[path.IndexOf('/', 1)..];
        string wanted = $"{line.Split(' ')[0]} {path}";
        string answer = path == "/_ping" ? "HTTP/1.1 200 OK\r\nApi-Version: 1.51\r\nContent-Length: 2\r\n\r\nOK"
            : answers.FirstOrDefault(pair => pair.Request == wanted).Answer ?? Json("404 Not Found", "{\"message\":\"page not found\"}");
        await connection.WriteAsync(Encoding.UTF8.GetBytes(answer));
        return !answer.Contains("Connection: close", StringComparison.Ordinal);
    });

    public static string Json(string status, string body) =>
        $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    public static string Chunked(params string[] chunks) =>
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + string.Concat(chunks.Select(chunk => $"{Encoding.UTF8.GetByteCount(chunk):x}\r\n{chunk}\r\n")) + "0\r\n\r\n";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving.ContinueWith(_ => { }, TaskScheduler.Default);
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ServeAsync(Func<string, Stream, Task<bool>> answer)
    {
        while (!_stop.IsCancellationRequested)
        {
            var client = await _listener.AcceptAsync(_stop.Token);
            Connections++;
            _ = AnswerAsync(client, answer);
        }
    }

    private async Task AnswerAsync(Socket client, Func<string, Stream, Task<bool>> answer)
    {
        using (client)
        {
            await using var stream = new NetworkStream(client);
            while (await ReadHeadAsync(stream) is { } head)
            {
                lock (Requests) Requests.Add(head.Split("\r\n")[0]);
                if (!await answer(head, stream)) return;
            }
        }
    }

    /// <summary>Head and body of one request; null at the end.</summary>
    private static async Task<string?> ReadHeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0) return null;
            head.Append((char)one[0]);
        }
        string text = head.ToString();
        int at = text.IndexOf("Content-Length: ", StringComparison.Ordinal);
        if (at < 0) return text;
        int length = int.Parse(text[(at + 16)..text.IndexOf("\r\n", at, StringComparison.Ordinal)], System.Globalization.CultureInfo.InvariantCulture);
        byte[] body = new byte[length];
        await stream.ReadExactlyAsync(body);
        return text + Encoding.UTF8.GetString(body);
    }
}
