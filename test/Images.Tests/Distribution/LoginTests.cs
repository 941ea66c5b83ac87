using System.Net;
using System.Text;
using Sampan.Distribution;
using Sampan.Faults;
using Sampan.Images.Tests.Harness;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests;

/// <summary>docker login, search and manifest inspect.</summary>
public sealed class LoginTests : IDisposable
{
    private static readonly RegistryOptions Options = new() { HostFolders = [], RetryDelay = TimeSpan.FromMilliseconds(5) };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_login_says_whether_the_registry_takes_the_password()
    {
        var registry = await DebianRegistry.WithPasswordAsync();
        try
        {
            using var client = new RegistryClient(Options);
            Assert.Equal("", await client.LoginAsync(new RegistryAuth { Username = "ann", Password = "secret", Serveraddress = registry.Address }, default));
            var refused = await Assert.ThrowsAsync<FaultException>(() => client.LoginAsync(new RegistryAuth { Username = "ann", Password = "guess", Serveraddress = "http://" + registry.Address }, default));
            Assert.Equal(($"login attempt to http://{registry.Address}/v2/ failed with status: 401 Unauthorized", FaultKind.PermissionDenied), (refused.Message, refused.Kind));
        }
        finally
        {
            await registry.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_login_at_a_token_server_asks_for_a_token_to_keep()
    {
        using var tokens = new TokenServer();
        var registry = await DebianRegistry.WithTokensAsync(tokens);
        try
        {
            using var client = new RegistryClient(Options);
            Assert.Equal("", await client.LoginAsync(new RegistryAuth { Username = "ann", Password = "secret", Serveraddress = registry.Address }, default));
            Assert.Contains(tokens.Requests, request => request.Query.Contains("offline_token=true", StringComparison.Ordinal) && request.Query.Contains("account=ann", StringComparison.Ordinal));
            var refused = await Assert.ThrowsAsync<RegistryException>(() => client.LoginAsync(new RegistryAuth { Username = "ann", Password = "guess", Serveraddress = registry.Address }, default));
            Assert.Equal($"Get \"http://{registry.Address}/v2/\": unauthorized: incorrect username or password", refused.Message);
        }
        finally
        {
            await registry.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_search_goes_to_the_registry_named_in_front_and_one_without_search_is_told_of()
    {
        string address = $"127.0.0.1:{Ports.Free()}", asked = "";
        using var listener = new HttpListener();
        listener.Prefixes.Add($"http://{address}/");
        listener.Start();
        var serving = Task.Run(async () =>
        {
            for (int i = 0; i < 3; i++)
            {
                var context = await listener.GetContextAsync();
                bool search = context.Request.Url!.AbsolutePath == "/v1/search" && !context.Request.Url.Query.Contains("none", StringComparison.Ordinal);
                if (search) asked = context.Request.Url.Query;
                context.Response.StatusCode = search || context.Request.Url.AbsolutePath == "/v2/" ? 200 : 404;
                context.Response.Close(Encoding.UTF8.GetBytes(search ? """{"results":[{"name":"app","description":"d","star_count":7,"is_official":true,"is_automated":true}]}""" : "{}"), false);
            }
        });
        using var client = new RegistryClient(Options);
        Assert.Equal(new RegistrySearchHit { Name = "app", Description = "d", StarCount = 7, IsOfficial = true }, Assert.Single(await client.SearchAsync($"{address}/a b", 5, null, default)));
        Assert.Equal("?q=a%20b&n=5", asked);
        var none = await Assert.ThrowsAsync<FaultException>(() => client.SearchAsync($"{address}/none", 0, null, default));
        Assert.StartsWith($"cannot search '{address}': unexpected status code 404", none.Message, StringComparison.Ordinal);
        await serving;
        Assert.Equal("limit 101 is outside the range of [1, 100]", (await Assert.ThrowsAsync<FaultException>(() => client.SearchAsync("x", 101, null, default))).Message);
        Assert.Equal("invalid repository name: repository name (http://x) should not have a scheme", (await Assert.ThrowsAsync<FaultException>(() => client.SearchAsync("http://x", 0, null, default))).Message);
    }

    [Fact]
    public async Task A_search_with_a_refresh_token_asks_the_token_server_for_the_right_to_search()
    {
        await using var registry = new ScriptedRegistry(request => request.Path switch
        {
            "/v2/" => new("401 Unauthorized", $"WWW-Authenticate: Bearer realm=\"http://{request.Headers["host"]}/token\",service=\"s\"\r\n"),
            "/token" when Encoding.UTF8.GetString(request.Body) is var body && body.Contains("refresh_token=long+lived", StringComparison.Ordinal) && body.Contains("scope=registry%3Acatalog%3Asearch", StringComparison.Ordinal)
                => new("200 OK", "Content-Type: application/json\r\n", """{"access_token":"short"}"""u8.ToArray()),
            "/v1/search" when request.Authorization == "Bearer short" => new("200 OK", "", """{"results":[{"name":"secret/app"}]}"""u8.ToArray()),
            _ => new("403 Forbidden"),
        });
        using var client = new RegistryClient(Options);
        var auth = new RegistryAuth { Username = "ann", Identitytoken = "long lived" };
        Assert.Equal("secret/app", Assert.Single(await client.SearchAsync($"{registry.Address}/app", 0, auth, default)).Name);
    }

    [Fact]
    public async Task A_remote_image_is_inspected_without_being_pulled()
    {
        var registry = new DebianRegistry();
        await registry.InitializeAsync();
        try
        {
            Dictionary<string, string> files = new() { ["a"] = "1" };
            var arm = MadeImage.Of([files], platform: "linux/arm64");
            var index = MadeImage.Index(false, ("linux/amd64", MadeImage.Of([files])), ("linux/arm64", arm));
            await registry.PushAsync("one", "latest", arm);
            await registry.PushAsync("many", "latest", index);
            using var store = new OpenStore(_folder.Path);
            RemoteImage one = await store.Service.InspectRemoteAsync(ImageReference.Parse($"{registry.Address}/one"), null, default);
            Assert.Equal((arm.Digest, "linux/arm64"), (one.Descriptor.Digest, Assert.Single(one.Platforms).ToString()));
            RemoteImage many = await store.Service.InspectRemoteAsync(ImageReference.Parse($"{registry.Address}/many@{index.Digest}"), null, default);
            Assert.Equal((index.Digest, MediaTypes.OciIndex, 2), (many.Descriptor.Digest, many.Descriptor.MediaType, many.Platforms.Count));
            Assert.Equal(FaultKind.NotFound, (await Assert.ThrowsAsync<FaultException>(() => store.Service.InspectRemoteAsync(ImageReference.Parse($"{registry.Address}/none"), null, default))).Kind);
            store.AssertEmpty();
        }
        finally
        {
            await registry.DisposeAsync();
        }
    }
}
