using Microsoft.Extensions.Logging.Abstractions;
using Sampan.EngineApi.Http;

namespace Sampan.EngineApi.Tests.Door;

/// <summary>A real server on a unix socket of its own, with the routes a test gives it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly EngineApiServer _server;

    private TestServer(string folder, string socket, EngineApiServer server) => (_folder, SocketPath, _server) = (folder, socket, server);

    internal string SocketPath { get; }

    internal static async Task<TestServer> StartAsync(params Route[] routes)
    {
        string folder = Directory.CreateTempSubdirectory("sampan-api-").FullName;
        string socket = Path.Combine(folder, "api.sock");
        return new TestServer(folder, socket, await EngineApiServer.StartAsync(
            ["unix://" + socket], new RouteTable(routes), TimeSpan.FromSeconds(2), NullLoggerFactory.Instance));
    }

    internal Task<RawConnection> ConnectAsync() => RawConnection.OpenAsync(SocketPath);

    /// <summary>One request, the whole answer, the connection closed.</summary>
    internal async Task<RawResponse> SendAsync(string method, string target, string? json = null, string? contentType = "application/json")
    {
        using var connection = await ConnectAsync();
        string body = json is null ? "" : $"Content-Length: {System.Text.Encoding.UTF8.GetByteCount(json)}\r\n"
            + (contentType is null ? "" : $"Content-Type: {contentType}\r\n");
        await connection.WriteAsync($"{method} {target} HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n{body}\r\n{json}");
        return RawResponse.Parse(await connection.ReadToEndAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
