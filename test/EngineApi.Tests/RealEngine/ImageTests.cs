using System.Net.Http.Headers;
using System.Text.Json;

namespace Sampan.EngineApi.Tests.RealEngine;

public sealed class ImageTests(EngineServer engine) : IClassFixture<EngineServer>
{
    [Fact]
    public async Task An_imported_image_is_listed_and_inspected()
    {
        string id = await engine.ImportAsync("team/imported:1", "&changes=" + Uri.EscapeDataString("CMD [\"sh\"]") + "&changes=" + Uri.EscapeDataString("ENV A=1"));
        var (_, list) = await engine.GetAsync($"/images/json?filters={Uri.EscapeDataString("""{"reference":["team/imported"]}""")}");
        var row = Assert.Single(list.EnumerateArray());
        Assert.Equal(id, row.GetProperty("Id").GetString());
        Assert.Equal(["team/imported:1"], row.GetProperty("RepoTags").EnumerateArray().Select(tag => tag.GetString()));
        Assert.Equal((0, -1), (row.GetProperty("Containers").GetInt64(), row.GetProperty("SharedSize").GetInt64()));
        Assert.False(row.TryGetProperty("VirtualSize", out _)); // dropped with 1.44
        var (status, image) = await engine.GetAsync("/images/team%2Fimported:1/json");
        Assert.Equal(200, status);
        Assert.Equal("sh", image.GetProperty("Config").GetProperty("Cmd")[0].GetString());
        Assert.Equal(JsonValueKind.Null, image.GetProperty("Config").GetProperty("Volumes").ValueKind);
        Assert.False(image.GetProperty("Config").TryGetProperty("Hostname", out _)); // dropped with 1.50
        Assert.Equal("layers", image.GetProperty("RootFS").GetProperty("Type").GetString());
        Assert.Equal(id[7..19], (await engine.GetAsync("/images/" + id[7..19] + "/json")).Body.GetProperty("Id").GetString()![7..19]);
    }

    [Fact]
    public async Task Old_clients_see_what_their_version_had()
    {
        await engine.ImportAsync("old:1");
        var (_, image) = await engine.GetAsync("/v1.43/images/old:1/json");
        Assert.Equal(image.GetProperty("Size").GetInt64(), image.GetProperty("VirtualSize").GetInt64());
        Assert.Equal("", image.GetProperty("Config").GetProperty("Hostname").GetString());
        Assert.Equal(JsonValueKind.Object, (await engine.GetAsync("/v1.44/images/old:1/json")).Body.GetProperty("ContainerConfig").ValueKind); // dropped with 1.45
        Assert.False((await engine.GetAsync("/v1.45/images/old:1/json")).Body.TryGetProperty("ContainerConfig", out _));
        var (_, list) = await engine.GetAsync("/v1.40/images/json?filter=old");
        var row = Assert.Single(list.EnumerateArray());
        Assert.Equal(-1, row.GetProperty("Containers").GetInt64()); // counted since 1.51
        Assert.True(row.GetProperty("VirtualSize").GetInt64() > 0);
    }

    [Fact]
    public async Task A_tag_is_another_name_and_goes_on_its_own()
    {
        string id = await engine.ImportAsync("tagged:1");
        Assert.Equal(201, (await engine.PostAsync("/images/tagged:1/tag?repo=registry.local:5000/other&tag=2")).Status);
        var (status, removed) = await engine.DeleteAsync("/images/tagged:1");
        Assert.Equal((200, "tagged:1"), (status, Assert.Single(removed.EnumerateArray()).GetProperty("Untagged").GetString()));
        (_, removed) = await engine.DeleteAsync("/images/registry.local:5000/other:2");
        Assert.Contains(removed.EnumerateArray(), line => line.TryGetProperty("Deleted", out var deleted) && deleted.GetString() == id);
        Assert.Equal("No such image: tagged:1", await engine.MessageAsync(HttpMethod.Get, "/images/tagged:1/json"));
    }

    [Theory]
    [InlineData("repo=UPPER", "invalid reference format: repository name (library/UPPER) must be lowercase")]
    [InlineData("repo=x&tag=b%20d", "invalid tag format")]
    [InlineData("repo=sha256", "refusing to create an ambiguous tag using digest algorithm as name")]
    [InlineData("", "invalid reference format")]
    public async Task A_malformed_tag_is_refused(string query, string message)
    {
        await engine.ImportAsync("target:1");
        Assert.Equal(message, await engine.MessageAsync(HttpMethod.Post, $"/images/target:1/tag?{query}"));
    }

    [Fact]
    public async Task Saved_and_loaded_again_it_is_the_same_image()
    {
        string id = await engine.ImportAsync("roundtrip:1");
        using var saved = await engine.Http.GetAsync("/images/roundtrip:1/get");
        Assert.Equal("application/x-tar", saved.Content.Headers.ContentType!.MediaType);
        byte[] archive = await saved.Content.ReadAsByteArrayAsync();
        await engine.DeleteAsync("/images/roundtrip:1");
        using var content = new ByteArrayContent(archive);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        using var loaded = await engine.Http.PostAsync("/images/load?quiet=1", content);
        Assert.Equal("{\"stream\":\"Loaded image: roundtrip:1\\n\"}\r\n", await loaded.Content.ReadAsStringAsync());
        Assert.Equal(id, (await engine.GetAsync("/images/roundtrip:1/json")).Body.GetProperty("Id").GetString());
    }

    [Fact]
    public async Task A_damaged_archive_is_an_error_in_the_stream_as_dockerd_says_it()
    {
        using var content = new ByteArrayContent("this is no tar"u8.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        using var loaded = await engine.Http.PostAsync("/images/load", content);
        Assert.Equal(200, (int)loaded.StatusCode);
        Assert.True(JsonDocument.Parse(await loaded.Content.ReadAsStringAsync()).RootElement.TryGetProperty("errorDetail", out _));
    }

    [Fact]
    public async Task History_names_the_image_in_its_first_row()
    {
        string id = await engine.ImportAsync("history:1", "&message=made%20by%20hand");
        var (_, history) = await engine.GetAsync("/images/history:1/history");
        var row = Assert.Single(history.EnumerateArray());
        Assert.Equal((id, "made by hand"), (row.GetProperty("Id").GetString(), row.GetProperty("Comment").GetString()));
        Assert.Equal("history:1", Assert.Single(row.GetProperty("Tags").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task An_unknown_image_is_named_with_its_default_tag()
    {
        Assert.Equal("No such image: nosuch:latest", await engine.MessageAsync(HttpMethod.Get, "/images/nosuch/json"));
        Assert.Equal("No such image: nosuch:latest", await engine.MessageAsync(HttpMethod.Delete, "/images/nosuch"));
        Assert.Equal("No such image: nosuch:latest", await engine.MessageAsync(HttpMethod.Post, "/containers/create", """{"Image":"nosuch"}"""));
    }

    [Theory]
    [InlineData("not json", "failed to parse platform: invalid character 'o' in literal null (expecting 'u')")]
    [InlineData("{", "failed to parse platform: unexpected end of JSON input")]
    [InlineData("""{"os":"linux"}""", "both OS and Architecture must be provided")]
    [InlineData("""{"variant":"v7"}""", "optional platform fields provided, but OS and Architecture are missing")]
    public async Task A_malformed_platform_is_refused_in_dockerd_s_words(string platform, string message)
    {
        await engine.ImportAsync("platform:1");
        Assert.Equal(message, await engine.MessageAsync(HttpMethod.Get, $"/images/platform:1/json?platform={Uri.EscapeDataString(platform)}"));
    }

    [Fact]
    public async Task Pruning_takes_only_what_has_no_name()
    {
        string kept = await engine.ImportAsync("kept:1");
        string id = await engine.ImportAsync("");
        var (_, report) = await engine.PostAsync("/images/prune");
        Assert.Contains(report.GetProperty("ImagesDeleted").EnumerateArray(), line => line.TryGetProperty("Deleted", out var deleted) && deleted.GetString() == id);
        Assert.Equal(200, (await engine.GetAsync($"/images/{kept}/json")).Status);
        (_, report) = await engine.PostAsync("/images/prune");
        Assert.Equal(JsonValueKind.Null, report.GetProperty("ImagesDeleted").ValueKind);
    }
}
