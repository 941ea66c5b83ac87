using System.Text.Json;

namespace Sampan.EngineApi.Tests.RealEngine;

public sealed class SystemTests(EngineServer engine) : IClassFixture<EngineServer>
{
    [Fact]
    public async Task Ping_says_what_clients_negotiate_with()
    {
        using var response = await engine.Http.GetAsync("/_ping");
        Assert.Equal("OK", await response.Content.ReadAsStringAsync());
        Assert.Equal("1.51", response.Headers.GetValues("Api-Version").Single());
        Assert.Equal("false", response.Headers.GetValues("Docker-Experimental").Single());
        Assert.Equal("linux", response.Headers.GetValues("Ostype").Single());
        Assert.Equal("1", response.Headers.GetValues("Builder-Version").Single());
        Assert.Equal("inactive", response.Headers.GetValues("Swarm").Single());
        Assert.StartsWith("Sampan/", response.Headers.Server.ToString(), StringComparison.Ordinal);
        Assert.True(response.Headers.CacheControl is { NoCache: true, NoStore: true, MustRevalidate: true });
    }

    [Fact]
    public async Task A_head_ping_has_the_headers_and_no_body()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, "/v1.30/_ping");
        using var response = await engine.Http.SendAsync(request);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(0, response.Content.Headers.ContentLength);
        Assert.Equal("1.51", response.Headers.GetValues("Api-Version").Single());
    }

    [Fact]
    public async Task Version_is_that_of_this_machine()
    {
        var (status, version) = await engine.GetAsync("/version");
        Assert.Equal(200, status);
        Assert.Equal("1.51", version.GetProperty("ApiVersion").GetString());
        Assert.Equal("1.24", version.GetProperty("MinAPIVersion").GetString());
        Assert.Equal("linux", version.GetProperty("Os").GetString());
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/osrelease").Trim(), version.GetProperty("KernelVersion").GetString());
    }

    [Fact]
    public async Task Info_is_facts()
    {
        var (_, info) = await engine.GetAsync("/info");
        Assert.Equal(Environment.ProcessorCount, info.GetProperty("NCPU").GetInt32());
        Assert.Equal(Environment.MachineName, info.GetProperty("Name").GetString());
        Assert.Equal("cgroupfs", info.GetProperty("CgroupDriver").GetString());
        Assert.Equal("inactive", info.GetProperty("Swarm").GetProperty("LocalNodeState").GetString());
        Assert.Equal(JsonValueKind.Array, info.GetProperty("Labels").ValueKind);
        Assert.True(info.GetProperty("MemTotal").GetInt64() > 0);
        Assert.False(info.GetProperty("RuncCommit").TryGetProperty("Expected", out _)); // dropped with 1.49
    }

    [Fact]
    public async Task Info_for_an_old_client_has_what_it_expects()
    {
        var (_, info) = await engine.GetAsync("/v1.24/info");
        Assert.All(info.GetProperty("SecurityOptions").EnumerateArray(), option => Assert.DoesNotContain("=", option.GetString()!, StringComparison.Ordinal));
        Assert.True(info.GetProperty("RuncCommit").TryGetProperty("ID", out _));
    }

    [Fact]
    public async Task Disk_usage_leaves_out_what_was_not_asked_for()
    {
        var (_, usage) = await engine.GetAsync("/system/df?type=volume");
        Assert.Equal(JsonValueKind.Null, usage.GetProperty("Images").ValueKind);
        Assert.Equal(JsonValueKind.Array, usage.GetProperty("Volumes").ValueKind);
        Assert.Equal("unknown object type: socks", await engine.MessageAsync(HttpMethod.Get, "/system/df?type=socks"));
    }

    [Fact]
    public async Task Swarm_answers_as_a_node_outside_a_swarm()
    {
        var (status, body) = await engine.GetAsync("/services");
        Assert.Equal(503, status);
        Assert.StartsWith("This node is not a swarm manager.", body.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_supported_is_refused_by_name()
    {
        var (status, body) = await engine.PostAsync("/build");
        Assert.Equal(501, status);
        Assert.Contains("ImageBuild", body.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_end_at_until_and_hold_what_happened()
    {
        await engine.PostAsync("/volumes/create", """{"Name":"events-test"}""");
        string until = DateTimeOffset.UtcNow.AddSeconds(-0).ToUnixTimeSeconds().ToString();
        using var response = await engine.Http.GetAsync($"/events?since=1&until={until}.999999999&filters={Uri.EscapeDataString("""{"type":["volume"],"volume":["events-test"]}""")}");
        string[] lines = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var created = JsonDocument.Parse(lines[0]).RootElement;
        Assert.Equal(("volume", "create", "events-test"),
            (created.GetProperty("Type").GetString(), created.GetProperty("Action").GetString(), created.GetProperty("Actor").GetProperty("ID").GetString()));
    }

    [Fact]
    public async Task Events_from_after_their_end_are_refused() =>
        Assert.Equal("`since` time (20) cannot be after `until` time (10)", await engine.MessageAsync(HttpMethod.Get, "/events?since=20&until=10"));

    [Theory]
    [InlineData("/events")]
    [InlineData("/containers/json")]
    [InlineData("/images/json")]
    [InlineData("/volumes")]
    [InlineData("/networks")]
    public async Task An_unknown_filter_is_refused_by_name(string target)
    {
        var (status, body) = await engine.GetAsync($"{target}?filters={Uri.EscapeDataString("""{"bogus":["1"]}""")}");
        Assert.Equal((400, "invalid filter 'bogus'"), (status, body.GetProperty("message").GetString()));
    }
}
