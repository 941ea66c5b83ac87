using System.Text;
using Sampan.EngineApi.Http;
using Sampan.EngineApi.Streams;

namespace Sampan.EngineApi.Tests.Door;

public sealed class HijackTests : IAsyncLifetime
{
    private TestServer _server = null!;

    // Reads until the client half-closes, then answers with everything it got: what "echo x | docker run -i cat" needs.
    public async Task InitializeAsync() => _server = await TestServer.StartAsync(Route.Post("/cat", null, async request =>
    {
        await using var stream = await request.HijackAsync(StreamTypes.MultiplexedStream);
        var all = new MemoryStream();
        await stream.CopyToAsync(all);
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"<{Encoding.UTF8.GetString(all.ToArray())}>"));
    }));

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_client_that_asks_for_an_upgrade_gets_101_and_the_raw_bytes()
    {
        using var connection = await _server.ConnectAsync();
        await connection.WriteAsync("POST /v1.51/cat HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n");
        string head = await connection.ReadUntilAsync("\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n", head);
        Assert.Contains("Api-Version: 1.51\r\n", head, StringComparison.Ordinal);
        await connection.WriteAsync("some ");
        await connection.WriteAsync("input");
        connection.HalfClose();
        Assert.Equal("<some input>", await connection.ReadToEndAsync());
    }

    [Fact]
    public async Task A_client_that_does_not_gets_200_and_the_same()
    {
        using var connection = await _server.ConnectAsync();
        await connection.WriteAsync("POST /v1.24/cat HTTP/1.1\r\nHost: docker\r\n\r\n");
        string head = await connection.ReadUntilAsync("\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n", head);
        Assert.DoesNotContain("chunked", head, StringComparison.Ordinal);
        await connection.WriteAsync("x");
        connection.HalfClose();
        Assert.Equal("<x>", await connection.ReadToEndAsync());
    }

    [Fact]
    public async Task Megabytes_pass_in_both_directions()
    {
        using var connection = await _server.ConnectAsync();
        await connection.WriteAsync("POST /cat HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
        await connection.ReadUntilAsync("\r\n\r\n");
        string megabytes = new('m', 5_000_000);
        await connection.WriteAsync(megabytes);
        connection.HalfClose();
        Assert.Equal($"<{megabytes}>", await connection.ReadToEndAsync());
    }

    [Fact]
    public async Task The_server_serves_on_after_a_hijacked_client_left_without_a_word()
    {
        using (var connection = await _server.ConnectAsync())
        {
            await connection.WriteAsync("POST /cat HTTP/1.1\r\nHost: docker\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n");
            await connection.ReadUntilAsync("\r\n\r\n");
        }
        Assert.Equal(404, (await _server.SendAsync("GET", "/nothing")).Status);
    }

    [Fact]
    public async Task A_client_that_closes_altogether_ends_silent_work()
    {
        var ended = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(Route.Post("/silent", null, async request =>
        {
            await using var stream = await request.HijackAsync(StreamTypes.RawStream);
            Assert.Equal(0, await stream.ReadAsync(new byte[1]));
            await HijackedWork.RunAsync(stream, request.Aborted, token => Task.Delay(Timeout.Infinite, token));
            ended.SetResult();
        }));
        using (var connection = await server.ConnectAsync())
        {
            await connection.WriteAsync("POST /silent HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
            await connection.ReadUntilAsync("\r\n\r\n");
        }
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_client_that_only_half_closes_keeps_its_stream()
    {
        var go = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(Route.Post("/late", null, async request =>
        {
            await using var stream = await request.HijackAsync(StreamTypes.RawStream);
            Assert.Equal(0, await stream.ReadAsync(new byte[1]));   // the half-close
            using var listen = stream.Gone.Register(() => go.TrySetException(new IOException("taken for gone")));
            await go.Task;
            await stream.WriteAsync("late"u8.ToArray());
        }));
        using var connection = await server.ConnectAsync();
        await connection.WriteAsync("POST /late HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
        await connection.ReadUntilAsync("\r\n\r\n");
        connection.HalfClose();
        await Task.Delay(TimeSpan.FromSeconds(1.5)); // longer than the watch's interval
        go.TrySetResult();
        Assert.Equal("late", await connection.ReadToEndAsync());
    }

    [Fact]
    public async Task What_is_written_at_once_before_the_end_arrives_though_the_client_says_nothing()
    {
        await using var server = await TestServer.StartAsync(Route.Post("/brief", null, async request =>
        {
            await using var stream = await request.HijackAsync(StreamTypes.RawStream);
            await stream.WriteAsync("brief"u8.ToArray());
        }));
        for (int i = 0; i < 50; i++)
        {
            using var connection = await server.ConnectAsync();
            await connection.WriteAsync("POST /brief HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n");
            await connection.ReadUntilAsync("\r\n\r\n");
            Assert.Equal("brief", await connection.ReadToEndAsync());
        }
    }

    [Fact]
    public async Task What_lies_ready_waits_until_the_client_has_read_the_head()
    {
        await using var server = await TestServer.StartAsync(Route.Post("/ready", null, async request =>
        {
            await using var stream = await request.HijackAsync(StreamTypes.RawStream);
            await stream.HeadReadAsync(request.Aborted);
            await stream.WriteAsync("ready"u8.ToArray());
        }));
        for (int i = 0; i < 20; i++)
        {
            using var connection = await server.ConnectAsync();
            await connection.WriteAsync("POST /ready HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n");
            await Task.Delay(10);
            // As an HTTP library reads: as much as there is.
            Assert.EndsWith("\r\n\r\n", await connection.ReadOnceAsync(), StringComparison.Ordinal);
            Assert.Equal("ready", await connection.ReadToEndAsync());
        }
    }
}
