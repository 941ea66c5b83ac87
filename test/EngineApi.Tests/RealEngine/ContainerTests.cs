using System.Text.Json;

namespace Sampan.EngineApi.Tests.RealEngine;

public sealed class ContainerTests(EngineServer engine) : IClassFixture<EngineServer>
{
    private async Task<string> CreateAsync(string name, string json = "{}", string version = "")
    {
        await engine.ImportAsync("base:1", "&changes=" + Uri.EscapeDataString("CMD [\"sh\"]"));
        var body = System.Text.Json.Nodes.JsonNode.Parse(json)!.AsObject();
        body["Image"] = "base:1";
        var (status, created) = await engine.PostAsync($"{version}/containers/create?name={name}", body.ToJsonString());
        Assert.True(status == 201, created.ToString());
        return created.GetProperty("Id").GetString()!;
    }

    [Fact]
    public async Task A_created_container_is_listed_inspected_renamed_and_removed()
    {
        string id = await CreateAsync("first", """{"Cmd":["echo","x"],"Env":["A=1"],"Labels":{"k":"v"},"HostConfig":{"NetworkMode":"none","Memory":104857600}}""");
        var (_, list) = await engine.GetAsync($"/containers/json?all=1&filters={Uri.EscapeDataString("""{"label":["k=v"]}""")}");
        var row = Assert.Single(list.EnumerateArray());
        Assert.Equal((id, "/first", "created", "Created"), (row.GetProperty("Id").GetString(), row.GetProperty("Names")[0].GetString(),
            row.GetProperty("State").GetString(), row.GetProperty("Status").GetString()));
        var (_, inspect) = await engine.GetAsync("/containers/first/json");
        Assert.Equal(("echo", 104857600L), (inspect.GetProperty("Path").GetString(), inspect.GetProperty("HostConfig").GetProperty("Memory").GetInt64()));
        Assert.Equal("0001-01-01T00:00:00Z", inspect.GetProperty("State").GetProperty("StartedAt").GetString());
        Assert.Equal(JsonValueKind.Null, inspect.GetProperty("ExecIDs").ValueKind);
        Assert.False(inspect.TryGetProperty("SizeRw", out _));
        Assert.True((await engine.GetAsync("/containers/first/json?size=1")).Body.TryGetProperty("SizeRw", out _));
        Assert.Equal(204, (await engine.PostAsync("/containers/first/rename?name=second")).Status);
        Assert.Equal("/second", (await engine.GetAsync($"/containers/{id[..12]}/json")).Body.GetProperty("Name").GetString());
        Assert.Equal(204, (await engine.DeleteAsync("/containers/second?force=1&v=1")).Status);
        Assert.Equal("No such container: second", await engine.MessageAsync(HttpMethod.Get, "/containers/second/json"));
    }

    [Fact]
    public async Task A_name_is_taken_once_and_the_error_says_by_whom()
    {
        string id = await CreateAsync("taken");
        Assert.Equal($"Conflict. The container name \"/taken\" is already in use by container \"{id}\". You have to remove (or rename) that container to be able to reuse that name.",
            await engine.MessageAsync(HttpMethod.Post, "/containers/create?name=taken", """{"Image":"base:1"}"""));
        await engine.DeleteAsync("/containers/taken");
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"HostConfig":{"Memory":4194304},"networkingConfig":{}}""")]
    public async Task A_request_without_anything_of_a_config_makes_no_container(string body)
    {
        var (status, answer) = await engine.PostAsync("/containers/create", body);
        Assert.Equal((400, "config cannot be empty in order to create a container"), (status, answer.GetProperty("message").GetString()));
    }

    [Theory]
    [InlineData("publish", "x", "error while looking up for publish x: strconv.ParseUint: parsing \"x\": invalid syntax")]
    [InlineData("publish", "80:90", "filter for 'publish' should not contain ':': 80:90")]
    [InlineData("publish", "9-8", "error while looking up for publish 9-8: invalid range specified for port: 9-8")]
    [InlineData("expose", "99999", "error while looking up for expose 99999: strconv.ParseUint: parsing \"99999\": value out of range")]
    [InlineData("expose", "/udp", "error while looking up for expose /udp: empty string specified for ports")]
    public async Task A_port_filter_that_names_no_port_is_an_error(string key, string value, string message)
    {
        var (status, answer) = await engine.GetAsync($"/containers/json?filters={Uri.EscapeDataString($$"""{"{{key}}":["{{value}}"]}""")}");
        Assert.Equal((500, message), (status, answer.GetProperty("message").GetString()));
    }

    [Theory]
    [InlineData("GET", "/containers/nosuch/json")]
    [InlineData("POST", "/containers/nosuch/start")]
    [InlineData("POST", "/containers/nosuch/stop")]
    [InlineData("POST", "/containers/nosuch/wait")]
    [InlineData("POST", "/containers/nosuch/attach?stream=1&stdout=1")]
    [InlineData("GET", "/containers/nosuch/logs?stdout=1")]
    [InlineData("GET", "/containers/nosuch/stats")]
    [InlineData("GET", "/containers/nosuch/top")]
    [InlineData("GET", "/containers/nosuch/changes")]
    [InlineData("GET", "/containers/nosuch/export")]
    [InlineData("GET", "/containers/nosuch/archive?path=/")]
    [InlineData("POST", "/containers/nosuch/resize?h=1&w=1")]
    [InlineData("DELETE", "/containers/nosuch")]
    public async Task An_unknown_container_is_said_to_be_unknown(string method, string target)
    {
        var (status, body) = await engine.SendAsync(new HttpMethod(method), target);
        Assert.Equal((404, "No such container: nosuch"), (status, body.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task Killing_says_whom_first() =>
        Assert.Equal("cannot kill container: nosuch: No such container: nosuch", await engine.MessageAsync(HttpMethod.Post, "/containers/nosuch/kill"));

    [Theory]
    [InlineData("POST", "/containers/x/wait?condition=bored", "invalid condition: \"bored\"")]
    [InlineData("GET", "/containers/x/logs", "Bad parameters: you must choose at least one stream")]
    [InlineData("POST", "/containers/x/resize?h=tall&w=1", "invalid resize height \"tall\": invalid syntax")]
    [InlineData("POST", "/containers/x/resize?h=1&w=-1", "invalid resize width \"-1\": value out of range")]
    [InlineData("POST", "/containers/x/stop?t=soon", "strconv.Atoi: parsing \"soon\": invalid syntax")]
    [InlineData("GET", "/containers/x/archive", "bad parameter: pathcannot be empty")]
    public async Task A_malformed_parameter_is_refused_in_dockerd_s_words(string method, string target, string message)
    {
        var (status, body) = await engine.SendAsync(new HttpMethod(method), target);
        Assert.Equal((400, message), (status, body.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task A_start_takes_no_body_however_it_is_sent()
    {
        await CreateAsync("bodiless");
        foreach (bool chunked in (bool[])[false, true])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/containers/bodiless/start") { Content = new StringContent("""{"Binds":["/aa:/bb"]}""", System.Text.Encoding.UTF8, "application/json") };
            request.Headers.TransferEncodingChunked = chunked;
            using var answer = await engine.Http.SendAsync(request);
            Assert.Contains("starting container with non-empty request body", await answer.Content.ReadAsStringAsync());
        }
        await engine.DeleteAsync("/containers/bodiless");
    }

    [Fact]
    public async Task An_exec_needs_a_command()
    {
        await CreateAsync("execless");
        Assert.Equal("No exec command specified", await engine.MessageAsync(HttpMethod.Post, "/containers/execless/exec", """{"Cmd":[]}"""));
        Assert.Equal(404, (await engine.PostAsync("/exec/abc/start", "{}")).Status);
        Assert.Equal(404, (await engine.GetAsync("/exec/abc/json")).Status);
        await engine.DeleteAsync("/containers/execless");
    }

    [Theory]
    [InlineData("""{"Image":"a","HostConfig":{"Mounts":[{"Type":"bind","Source":"/","Target":"/x","VolumeOptions":{}}]}}""", "", "VolumeOptions must not be specified on mount type \"bind\"")]
    [InlineData("""{"Image":"a","HostConfig":{"Mounts":[{"Type":"image","Source":"a","Target":"/x"}]}}""", "/v1.47", "Mount type \"Image\" needs API v1.48 or newer")]
    [InlineData("""{"Image":"a","NetworkingConfig":{"EndpointsConfig":{"a":{},"b":{}}}}""", "/v1.43", "Container cannot be created with multiple network endpoints: a, b")]
    public async Task What_a_version_refused_is_refused(string json, string version, string message) =>
        Assert.Equal(message, await engine.MessageAsync(HttpMethod.Post, $"{version}/containers/create", json));

    [Fact]
    public async Task A_known_field_that_is_not_supported_is_refused_by_name()
    {
        await engine.ImportAsync("base:1");
        var (status, body) = await engine.PostAsync("/containers/create",
            """{"Image":"base:1","HostConfig":{"DeviceRequests":[{"Driver":"nvidia","Count":-1}]}}""");
        Assert.Equal(501, status);
        Assert.Contains("DeviceRequests", body.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_old_container_wide_mac_address_comes_with_a_warning()
    {
        await engine.ImportAsync("base:1");
        var (status, created) = await engine.PostAsync("/containers/create?name=mac", """{"Image":"base:1","Cmd":["sh"],"MacAddress":"02:42:ac:11:00:09"}""");
        Assert.True(status == 201, created.ToString());
        Assert.StartsWith("The container-wide MacAddress field is now deprecated", created.GetProperty("Warnings")[0].GetString(), StringComparison.Ordinal);
        await engine.DeleteAsync("/containers/mac");
    }

    [Fact]
    public async Task Before_1_45_aliases_held_the_short_id_only_in_networks_of_one_s_own()
    {
        string id = await CreateAsync("aliases");
        var (_, inspect) = await engine.GetAsync($"/v1.44/containers/{id}/json");
        var bridge = inspect.GetProperty("NetworkSettings").GetProperty("Networks").GetProperty("bridge");
        Assert.Equal(JsonValueKind.Null, bridge.GetProperty("Aliases").ValueKind);
        await engine.DeleteAsync("/containers/aliases");
    }
}
