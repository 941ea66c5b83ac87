using System.Net;
using System.Text;
using Sampan.EngineClient;
using Sampan.Faults;

namespace Sampan.Cli.Tests.Client;

public sealed class EngineClientTests
{
    [Fact]
    public async Task The_engines_message_and_status_become_the_exception()
    {
        await using var engine = ScriptedEngine.Of(("GET /containers/x/json", ScriptedEngine.Json("404 Not Found", "{\"message\":\"No such container: x\"}")));
        using var client = Connect(engine);

        var refusal = await Assert.ThrowsAsync<EngineException>(() => client.Containers.InspectAsync("x", default));

        Assert.Equal("No such container: x", refusal.Message);
        Assert.Equal(FaultKind.NotFound, refusal.Kind);
        Assert.Equal(HttpStatusCode.NotFound, refusal.Status);
    }

    [Fact]
    public async Task The_lower_api_version_of_the_two_is_used_on_one_connection()
    {
        await using var engine = new ScriptedEngine(async (head, connection) =>
        {
            string body = head.Contains("/_ping", StringComparison.Ordinal) ? "OK" : "[]";
            await connection.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\n{body}"));
            return true;
        });
        using var client = Connect(engine);

        await client.NegotiateAsync(default);
        await client.Containers.ListAsync(new ContainerListQuery { All = true }, default);

        Assert.Equal(["GET /_ping HTTP/1.1", "GET /v1.41/containers/json?all=1 HTTP/1.1"], engine.Requests);
        Assert.Equal(1, engine.Connections);
    }

    [Fact]
    public async Task What_a_user_types_cannot_become_another_path_or_a_header()
    {
        await using var engine = ScriptedEngine.Of();
        using var client = Connect(engine);

        await Assert.ThrowsAsync<EngineException>(() => client.Containers.KillAsync("../x?force=1 HTTP/1.1\r\nEvil: yes", "KILL", default));

        Assert.Equal("POST /containers/..%2Fx%3Fforce%3D1%20HTTP%2F1.1%0D%0AEvil%3A%20yes/kill?signal=KILL HTTP/1.1", Assert.Single(engine.Requests));
    }

    [Fact]
    public async Task Documents_are_given_out_as_they_come_however_the_stream_is_cut()
    {
        await using var engine = ScriptedEngine.Of(("POST /images/create", ScriptedEngine.Chunked("{\"status\":\"o", "ne\"}\r\n{\"status\":\"tw", "o\"}", "\n \r\n{\"status\":\"é\"}")));
        using var client = Connect(engine);

        var statuses = new List<string?>();
        await foreach (var message in client.Images.PullAsync("busybox", "latest", null, null, default)) statuses.Add(message.Status);

        Assert.Equal(["one", "two", "é"], statuses);
    }

    [Fact]
    public async Task An_answer_cut_off_is_told_and_not_taken_for_whole()
    {
        await using var engine = new ScriptedEngine(async (_, connection) =>
        {
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{"u8.ToArray());
            return false;
        });
        using var client = Connect(engine);

        var fault = await Assert.ThrowsAsync<FaultException>(() => client.Containers.ListAsync(new ContainerListQuery(), default));

        Assert.Equal(FaultKind.Unavailable, fault.Kind);
        Assert.Contains("before its answer was complete", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_that_speaks_no_http_is_told()
    {
        await using var engine = new ScriptedEngine(async (_, connection) =>
        {
            await connection.WriteAsync("SSH-2.0-OpenSSH_9.2\r\n"u8.ToArray());
            return false;
        });
        using var client = Connect(engine);

        var fault = await Assert.ThrowsAsync<FaultException>(() => client.System.InfoAsync(default));

        Assert.Contains("does not speak HTTP: it answered 'SSH-2.0-OpenSSH_9.2'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hijacked_stream_carries_bytes_both_ways_and_ends_its_input_alone()
    {
        await using var engine = new ScriptedEngine(async (head, connection) =>
        {
            Assert.Contains("Upgrade: tcp", head, StringComparison.Ordinal);
            await connection.WriteAsync("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nfirst "u8.ToArray());
            using var input = new MemoryStream();
            await connection.CopyToAsync(input);   // up to the half-close
            await connection.WriteAsync(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(input.ToArray()).ToUpperInvariant()));
            return false;
        });
        using var client = Connect(engine);

        await using var stream = await client.Containers.AttachAsync("x", new AttachQuery { Stdin = true, Stdout = true }, default);
        await stream.WriteAsync("typed"u8.ToArray());
        stream.CloseWrite();
        using var output = new MemoryStream();
        await stream.CopyToAsync(output);

        Assert.Equal("first TYPED", Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public async Task A_kept_connection_that_the_engine_closed_is_replaced()
    {
        await using var engine = new ScriptedEngine(async (_, connection) =>
        {
            await connection.WriteAsync(Encoding.UTF8.GetBytes(ScriptedEngine.Json("200 OK", "[]")));
            return false;   // closes although it did not say so
        });
        using var client = Connect(engine);

        await client.Containers.ListAsync(new ContainerListQuery(), default);
        await client.Containers.ListAsync(new ContainerListQuery(), default);

        Assert.Equal(2, engine.Connections);
    }

    [Theory]
    [InlineData("unix://", "unable to parse docker host `unix://`")]
    [InlineData("tcp://host", "expected tcp://host:port")]
    [InlineData("tcp://host:70000", "the port is not between 1 and 65535")]
    [InlineData("nothing", "unable to parse docker host `nothing`")]
    public void An_address_that_is_none_is_told(string text, string words) =>
        Assert.Contains(words, Assert.Throws<FaultException>(() => EngineAddress.Parse(text)).Message, StringComparison.Ordinal);

    private static EngineApiClient Connect(ScriptedEngine engine) => new(EngineAddress.Parse(engine.Host));
}
