using System.Net;
using System.Text;
using System.Text.Json;

namespace Sampan.EngineApi.Tests.RealEngine;

/// <summary>Commit, import from a URL, manifests and platforms, login, search, distribution.</summary>
public sealed class CommitAndRegistryTests(EngineServer engine) : IClassFixture<EngineServer>
{
    [Fact]
    public async Task A_committed_container_is_an_image_with_its_image_as_parent()
    {
        string below = await engine.ImportAsync("below:1", "&changes=" + Uri.EscapeDataString("CMD [\"sh\"]"));
        var (_, created) = await engine.PostAsync("/containers/create?name=tocommit", """{"Image":"below:1","Env":["A=1"],"Labels":{"l":"1"}}""");
        string container = created.GetProperty("Id").GetString()!;
        var (status, answer) = await engine.PostAsync($"/commit?container=tocommit&repo=made&tag=2&author=ann&comment=c&changes={Uri.EscapeDataString("ENV B=2\nWORKDIR /w")}");
        Assert.Equal(201, status);
        var (_, image) = await engine.GetAsync("/images/made:2/json");
        Assert.Equal((answer.GetProperty("Id").GetString(), below, "ann"), (image.GetProperty("Id").GetString(), image.GetProperty("Parent").GetString(), image.GetProperty("Author").GetString()));
        var config = image.GetProperty("Config");
        Assert.Equal(["A=1", "B=2"], config.GetProperty("Env").EnumerateArray().Select(line => line.GetString()));
        Assert.Equal(("/w", "1", "sh"), (config.GetProperty("WorkingDir").GetString(), config.GetProperty("Labels").GetProperty("l").GetString(), config.GetProperty("Cmd")[0].GetString()));
        var (_, history) = await engine.GetAsync("/images/made:2/history");
        Assert.Equal((2, "c", 0), (history.GetArrayLength(), history[0].GetProperty("Comment").GetString(), history[0].GetProperty("Size").GetInt64()));

        (status, answer) = await engine.PostAsync("/commit?container=tocommit", """{"Cmd":["other"],"Env":["A=9"]}""");
        (_, image) = await engine.GetAsync($"/images/{answer.GetProperty("Id").GetString()}/json");
        Assert.Equal(("other", "A=9"), (image.GetProperty("Config").GetProperty("Cmd")[0].GetString(), image.GetProperty("Config").GetProperty("Env")[0].GetString()));
        (status, answer) = await engine.PostAsync($"/commit?container=tocommit&changes={Uri.EscapeDataString("ENV A=$A:${B:-none} C='$A'\nUSER u$A")}");
        config = (await engine.GetAsync($"/images/{answer.GetProperty("Id").GetString()}/json")).Body.GetProperty("Config");
        Assert.Equal(["A=1:none", "C=$A"], config.GetProperty("Env").EnumerateArray().Select(line => line.GetString()));
        Assert.Equal("u1:none", config.GetProperty("User").GetString());
        foreach (string nothing in (string[])["null", "{}"])
        {
            (status, answer) = await engine.PostAsync($"/commit?container=tocommit&changes={Uri.EscapeDataString("ENV A=$A:2")}", nothing);
            config = (await engine.GetAsync($"/images/{answer.GetProperty("Id").GetString()}/json")).Body.GetProperty("Config");
            Assert.Equal("A=1:2", config.GetProperty("Env")[0].GetString());
        }
        Assert.Equal("No such container: nosuch", await engine.MessageAsync(HttpMethod.Post, "/commit?container=nosuch"));
        Assert.Equal("FROM is not a valid change command", await engine.MessageAsync(HttpMethod.Post, "/commit?container=tocommit&changes=FROM%20x"));
        await engine.DeleteAsync("/containers/" + container);
    }

    [Fact]
    public async Task An_image_is_listed_and_inspected_with_its_manifests_when_asked()
    {
        string id = await engine.ImportAsync("manifests:1");
        var (_, list) = await engine.GetAsync($"/images/json?manifests=1&filters={Uri.EscapeDataString("""{"reference":["manifests"]}""")}");
        var manifest = Assert.Single(Assert.Single(list.EnumerateArray()).GetProperty("Manifests").EnumerateArray());
        Assert.Equal(("image", true), (manifest.GetProperty("Kind").GetString(), manifest.GetProperty("Available").GetBoolean()));
        Assert.Equal("linux", manifest.GetProperty("ImageData").GetProperty("Platform").GetProperty("os").GetString());
        long content = manifest.GetProperty("Size").GetProperty("Content").GetInt64(), unpacked = manifest.GetProperty("ImageData").GetProperty("Size").GetProperty("Unpacked").GetInt64();
        Assert.True(content > unpacked && unpacked > 0);
        Assert.Equal(content + unpacked, manifest.GetProperty("Size").GetProperty("Total").GetInt64());
        var (_, image) = await engine.GetAsync($"/images/{id}/json?manifests=1");
        Assert.Equal(manifest.GetProperty("ID").GetString(), image.GetProperty("Descriptor").GetProperty("digest").GetString());
        Assert.False((await engine.GetAsync("/images/manifests:1/json")).Body.TryGetProperty("Manifests", out _));
        Assert.False((await engine.GetAsync("/v1.46/images/json?manifests=1")).Body[0].TryGetProperty("Manifests", out _));
    }

    [Fact]
    public async Task A_platform_that_an_image_is_not_of_is_refused()
    {
        await engine.ImportAsync("native:1");
        string s390x = Uri.EscapeDataString("""{"os":"linux","architecture":"s390x"}""");
        Assert.StartsWith("no suitable export target found for platform linux/s390x: ", await engine.MessageAsync(HttpMethod.Get, $"/images/native:1/get?platform={s390x}"));
        Assert.Equal("multiple platform parameters are not supported in this API version; use API version 1.52 or later",
            await engine.MessageAsync(HttpMethod.Get, $"/images/native:1/get?platform={s390x}&platform={s390x}"));
        Assert.StartsWith("image with reference native:1 was found but does not provide the specified platform (linux/s390x): it has linux/", await engine.MessageAsync(HttpMethod.Post, $"/images/native/push?tag=1&platform={s390x}"));
        Assert.StartsWith("image with reference native:1 was found but does not provide the specified platform (linux/s390x): it has linux/", await engine.MessageAsync(HttpMethod.Delete, $"/images/native:1?platforms={s390x}"));
        byte[] archive = await engine.Http.GetByteArrayAsync("/images/native:1/get");
        using var content = new ByteArrayContent(archive);
        content.Headers.ContentType = new("application/x-tar");
        using var loaded = await engine.Http.PostAsync($"/images/load?platform={s390x}", content);
        Assert.Contains("no image for platform linux/s390x in the archive; it has linux/", await loaded.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_image_is_imported_from_a_web_server_with_its_progress()
    {
        byte[] tar = new byte[10240];
        using var server = new WebServer(request => request.Url!.AbsolutePath == "/files.tar" ? (200, tar) : (404, "gone"u8.ToArray()));
        using var answer = await engine.Http.PostAsync($"/images/create?fromSrc={server.Address}/files.tar&repo=fromweb&tag=1", null);
        string[] lines = (await answer.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal($$"""{"status":"Downloading from http://{{server.Address}}/files.tar"}""", lines[0]);
        Assert.Equal("""{"status":"Importing","progressDetail":{"current":10240,"total":10240},"progress":"[==================================================\u003e]  10.24kB/10.24kB"}""", lines[^2]);
        string id = JsonDocument.Parse(lines[^1]).RootElement.GetProperty("status").GetString()!;
        Assert.Equal($"Imported from {server.Address}/files.tar", (await engine.GetAsync($"/images/{id}/json")).Body.GetProperty("Comment").GetString());
        var (status, missing) = await engine.PostAsync($"/images/create?fromSrc=http://{server.Address}/none");
        Assert.Equal((404, $"failed to GET http://{server.Address}/none with status 404 Not Found: gone"), (status, missing.GetProperty("message").GetString()));
        Assert.StartsWith("cannot import from 'ftp://x'", await engine.MessageAsync(HttpMethod.Post, "/images/create?fromSrc=ftp://x"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("   ", "is an invalid component of")]
    [InlineData("/", "is an invalid component of")]
    [InlineData("a/b/c/d", "cannot parse platform specifier")]
    [InlineData("nintendo64", "\"nintendo64\": unknown operating system or architecture")]
    [InlineData("macos", "operating system is not supported")]
    [InlineData("macos/arm64", "operating system is not supported")]
    public async Task A_platform_that_an_import_cannot_have_is_refused(string platform, string message)
    {
        using var tar = new ByteArrayContent(new byte[1024]);
        using var answer = await engine.Http.PostAsync($"/images/create?fromSrc=-&repo=platform&platform={Uri.EscapeDataString(platform)}", tar);
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains(message, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_push_of_what_is_not_here_says_so_in_the_stream()
    {
        using var answer = await engine.Http.PostAsync("/images/nothing/push?tag=1", null);
        Assert.Equal(200, (int)answer.StatusCode);
        string[] lines = (await answer.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["""{"status":"The push refers to repository [docker.io/library/nothing]"}""",
            """{"errorDetail":{"message":"An image does not exist locally with the tag: nothing"},"error":"An image does not exist locally with the tag: nothing"}"""], lines);
    }

    [Fact]
    public async Task A_login_answers_with_401_when_the_registry_refuses()
    {
        string right = "Basic " + Convert.ToBase64String("ann:secret"u8);
        using var registry = new WebServer(request => (request.Headers["Authorization"] == right ? 200 : 401, "{}"u8.ToArray())) { Challenge = "Basic realm=\"r\"" };
        var (status, answer) = await engine.PostAsync("/auth", $$"""{"username":"ann","password":"secret","serveraddress":"{{registry.Address}}"}""");
        Assert.Equal((200, "Login Succeeded", ""), (status, answer.GetProperty("Status").GetString(), answer.GetProperty("IdentityToken").GetString()));
        (status, answer) = await engine.PostAsync("/auth", $$"""{"username":"ann","password":"guess","serveraddress":"{{registry.Address}}"}""");
        Assert.Equal((401, $"login attempt to http://{registry.Address}/v2/ failed with status: 401 Unauthorized"), (status, answer.GetProperty("message").GetString()));
    }

    [Theory]
    [InlineData("X-Registry-Auth", """{"username":"ann","password":"se>?cret"}""", true)]
    [InlineData("X-Registry-Auth", """{"auth":"YW5uOnNlPj9jcmV0"}""", true)]
    [InlineData("X-Registry-Auth", """{"registrytoken":"whole"}""", true)]
    [InlineData("X-Registry-Auth", """{"username":"ann","password":"guess"}""", false)]
    [InlineData("X-Registry-Auth", "{", false)]
    [InlineData("X-Registry-Config", """{"https://index.docker.io/v1/":{"username":"x","password":"y"},"http://REGISTRY/v1/":{"username":"ann","password":"se>?cret"}}""", true)]
    [InlineData("X-Registry-Config", """{"other":{"username":"ann","password":"se>?cret"}}""", false)]
    public async Task Credentials_are_taken_from_both_headers_padded_or_not(string header, string json, bool right)
    {
        string basic = "Basic " + Convert.ToBase64String("ann:se>?cret"u8);
        using var registry = new WebServer(request => request.Headers["Authorization"] is { } shown && (shown == basic || shown == "Bearer whole")
            ? (404, """{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"""u8.ToArray()) : (401, "{}"u8.ToArray())) { Challenge = "Basic realm=\"r\"" };
        string plain = Convert.ToBase64String(Encoding.UTF8.GetBytes(json.Replace("REGISTRY", registry.Address, StringComparison.Ordinal))), safe = plain.Replace('+', '-').Replace('/', '_');
        foreach (string value in (string[])[plain, safe, safe.TrimEnd('=')])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/images/create?fromImage={registry.Address}/app&tag=1");
            request.Headers.TryAddWithoutValidation(header, value);
            using var answer = await engine.Http.SendAsync(request);
            // What a registry refuses is 500 with dockerd; what it does not have is 404.
            Assert.Equal(right ? 404 : 500, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_search_is_filtered_as_dockerd_filters_it()
    {
        using var registry = new WebServer(request => (200, request.Url!.AbsolutePath != "/v1/search" ? "{}"u8.ToArray() : Encoding.UTF8.GetBytes(
            """{"results":[{"name":"a","star_count":5,"is_official":true},{"name":"b","star_count":1,"is_automated":true}]}""")));
        string term = Uri.EscapeDataString(registry.Address + "/x");
        Assert.Equal(2, (await engine.GetAsync($"/images/search?term={term}")).Body.GetArrayLength());
        var (_, filtered) = await engine.GetAsync($"/images/search?term={term}&filters={Uri.EscapeDataString("""{"stars":["3"],"is-official":["true"]}""")}");
        Assert.Equal("a", Assert.Single(filtered.EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal("invalid filter 'stars=x'", await engine.MessageAsync(HttpMethod.Get, $"/images/search?term={term}&filters={Uri.EscapeDataString("""{"stars":["x"]}""")}"));
        Assert.Equal("strconv.Atoi: parsing \"x\": invalid syntax", await engine.MessageAsync(HttpMethod.Get, $"/images/search?term={term}&limit=x"));
    }

    [Fact]
    public async Task What_a_registry_has_is_inspected()
    {
        byte[] index = """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":2,"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","platform":{"os":"linux","architecture":"arm64","variant":"v8"}}]}"""u8.ToArray();
        using var registry = new WebServer(request => request.Url!.AbsolutePath is "/v2/" or "/v2/app/manifests/1" ? (200, index) : (404, """{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"""u8.ToArray()));
        var (_, remote) = await engine.GetAsync($"/distribution/{registry.Address}/app:1/json");
        Assert.Equal(("application/vnd.oci.image.index.v1+json", index.Length), (remote.GetProperty("Descriptor").GetProperty("mediaType").GetString(), remote.GetProperty("Descriptor").GetProperty("size").GetInt32()));
        Assert.Equal("v8", Assert.Single(remote.GetProperty("Platforms").EnumerateArray()).GetProperty("variant").GetString());
        Assert.Equal(404, (await engine.GetAsync($"/distribution/{registry.Address}/app:2/json")).Status);
        Assert.Equal("no manifest found for full image ID", await engine.MessageAsync(HttpMethod.Get, $"/distribution/{new string('a', 64)}/json"));
    }

    private sealed class WebServer : IDisposable
    {
        private readonly HttpListener _listener = new();

        public WebServer(Func<HttpListenerRequest, (int Status, byte[] Body)> answer)
        {
            using (var port = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
            {
                port.Start();
                Address = $"127.0.0.1:{((IPEndPoint)port.LocalEndpoint).Port}";
            }
            _listener.Prefixes.Add($"http://{Address}/");
            _listener.Start();
            _ = ServeAsync(answer);
        }

        public string Address { get; }

        public string? Challenge { get; init; }

        public void Dispose() => _listener.Close();

        private async Task ServeAsync(Func<HttpListenerRequest, (int Status, byte[] Body)> answer)
        {
            try
            {
                while (true)
                {
                    var context = await _listener.GetContextAsync();
                    var (status, body) = answer(context.Request);
                    context.Response.StatusCode = status;
                    if (status == 401) context.Response.Headers["WWW-Authenticate"] = Challenge;
                    context.Response.ContentLength64 = body.Length;
                    context.Response.Close(body, false);
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // closed
            }
        }
    }
}
