using System.Text.Json;

namespace Sampan.EngineApi.Tests.RealEngine;

public sealed class VolumeAndNetworkTests(EngineServer engine) : IClassFixture<EngineServer>
{
    [Fact]
    public async Task A_volume_is_created_listed_inspected_and_removed()
    {
        var (status, created) = await engine.PostAsync("/volumes/create", """{"Name":"v1","Labels":{"a":"b"}}""");
        Assert.Equal(201, status);
        Assert.Equal(("v1", "local", "b"),
            (created.GetProperty("Name").GetString(), created.GetProperty("Driver").GetString(), created.GetProperty("Labels").GetProperty("a").GetString()));
        Assert.Equal(JsonValueKind.Null, created.GetProperty("Options").ValueKind);
        var (_, list) = await engine.GetAsync($"/volumes?filters={Uri.EscapeDataString("""{"name":{"v1":true}}""")}"); // the older form of filters
        Assert.Equal("v1", Assert.Single(list.GetProperty("Volumes").EnumerateArray()).GetProperty("Name").GetString());
        Assert.True(Directory.Exists((await engine.GetAsync("/volumes/v1")).Body.GetProperty("Mountpoint").GetString()));
        Assert.Equal(204, (await engine.DeleteAsync("/volumes/v1")).Status);
        Assert.Equal((404, "get v1: no such volume"), await StatusAndMessage(HttpMethod.Get, "/volumes/v1"));
        Assert.Equal(204, (await engine.DeleteAsync("/volumes/v1?force=1")).Status);
    }

    [Fact]
    public async Task A_volume_without_name_gets_one()
    {
        var (status, created) = await engine.PostAsync("/volumes/create", """{"Labels":{}}""");
        Assert.Equal(201, status);
        Assert.Equal(64, created.GetProperty("Name").GetString()!.Length);
    }

    [Fact]
    public async Task An_unknown_driver_and_swarm_s_volumes_are_refused()
    {
        Assert.Contains("nfs-plugin", await engine.MessageAsync(HttpMethod.Post, "/volumes/create", """{"Name":"x","Driver":"nfs-plugin"}"""), StringComparison.Ordinal);
        Assert.Equal(501, (await engine.PostAsync("/volumes/create", """{"Name":"x","ClusterVolumeSpec":{"Group":"g"}}""")).Status);
        Assert.Equal(503, (await engine.SendAsync(HttpMethod.Put, "/volumes/x?version=1", "{}")).Status);
    }

    [Fact]
    public async Task The_three_networks_are_there_and_stay()
    {
        var (_, list) = await engine.GetAsync("/networks");
        Assert.Equal(["bridge", "host", "none"], list.EnumerateArray().Select(network => network.GetProperty("Name").GetString()).Order());
        var (status, none) = await engine.GetAsync("/networks/none");
        Assert.Equal((200, "null"), (status, none.GetProperty("Driver").GetString()));
        Assert.Equal(JsonValueKind.Object, none.GetProperty("Containers").ValueKind);
        Assert.Equal(200, (await engine.GetAsync("/networks/" + none.GetProperty("Id").GetString()![..12])).Status);
        Assert.Equal(403, (await engine.DeleteAsync("/networks/bridge")).Status);
        Assert.Equal((404, "network nosuch not found"), await StatusAndMessage(HttpMethod.Get, "/networks/nosuch"));
    }

    [Theory]
    [InlineData("/networks/create", "", 400, "invalid JSON: got EOF while reading request body")]
    [InlineData("/networks/create", """{"Name":"bridge"}""", 403, "operation is not permitted on predefined bridge network ")]
    [InlineData("/networks/create", """{"Name":"mine"}""", 501, "not supported by this engine: creating networks")]
    [InlineData("/networks/bridge/connect", "", 400, "invalid JSON: got EOF while reading request body")]
    [InlineData("/networks/bridge/connect", """{"Container":"nosuch"}""", 404, "No such container: nosuch")]
    [InlineData("/networks/nosuch/disconnect", """{"Container":"nosuch"}""", 404, "network nosuch not found")]
    public async Task What_is_wrong_with_a_request_is_said_before_that_it_is_not_supported(string target, string body, int status, string message)
    {
        var (got, answer) = await engine.PostAsync(target, body);
        Assert.Equal(status, got);
        Assert.Contains(message, answer.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private async Task<(int, string?)> StatusAndMessage(HttpMethod method, string target)
    {
        var (status, body) = await engine.SendAsync(method, target);
        return (status, body.GetProperty("message").GetString());
    }
}
