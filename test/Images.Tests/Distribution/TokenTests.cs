using Sampan.Distribution;
using Sampan.Faults;
using Sampan.Images.Tests.Harness;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests;

/// <summary>Challenges and tokens of registries that are not as usual.</summary>
public sealed class TokenTests : IDisposable
{
    private static readonly RegistryOptions Options = new() { HostFolders = [], RetryDelay = TimeSpan.FromMilliseconds(5), IdleTimeout = TimeSpan.FromSeconds(1) };
    private static readonly RegistryAuth Ann = new() { Username = "ann", Password = "secret" };
    private static readonly MadeImage Made = MadeImage.Of([new Dictionary<string, string> { ["a"] = MadeImage.Noise(40_000) }, new Dictionary<string, string> { ["b"] = MadeImage.Noise(30_000) }]);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Bearer realm=\"REALM\",service=\"a \\\"quoted\\\" one\"")]
    [InlineData("Bearer realm=REALM,service=plain")]
    [InlineData("bearer  service = \"spaced\" ,  realm = \"REALM\"")]
    [InlineData("Negotiate, Bearer realm=\"REALM\",service=\"x\", Basic realm=\"y\"")]
    [InlineData("Basic realm=\"a, b\"\r\nWWW-Authenticate: Bearer service=\"x,y=z\",realm=\"REALM\"")]
    [InlineData("Negotiate abc==, Bearer realm=\"REALM")]
    public async Task A_challenge_is_understood_however_it_is_written(string challenge)
    {
        ScriptedRegistry? self = null;
        await using var registry = self = new ScriptedRegistry(request => request switch
        {
            { Path: "/token" } => ScriptedAnswer.Json("""{"token":"t"}"""),
            { Authorization: "Bearer t" } => null,
            _ => new("401 Unauthorized", $"WWW-Authenticate: {challenge.Replace("REALM", $"http://{self!.Address}/token", StringComparison.Ordinal)}\r\n"),
        });
        registry.Add("latest", Made);
        using var store = new OpenStore(_folder.Path, Options);
        await PullAsync(store, registry, Ann);
        Assert.Single(registry.Requests, request => request.Path == "/token");
    }

    [Fact]
    public async Task A_token_that_expires_while_a_layer_comes_is_renewed_and_the_layer_goes_on()
    {
        int tokens = 0;
        ScriptedRegistry? self = null;
        string layer = $"/v2/app/blobs/{Made.LayerDigests[0]}";
        await using var registry = self = new ScriptedRegistry(request =>
        {
            if (request.Path == "/token") return ScriptedAnswer.Json($$"""{"token":"t{{++tokens}}","expires_in":3600}""");
            if (request.Authorization != $"Bearer t{Math.Max(1, Volatile.Read(ref tokens))}" || request.Path == layer && request.Authorization == "Bearer t1" && request.Headers.ContainsKey("range"))
                return new("401 Unauthorized", $"WWW-Authenticate: Bearer realm=\"http://{self!.Address}/token\",service=\"x\",error=\"invalid_token\"\r\n");
            return request.Path == layer && !request.Headers.ContainsKey("range") ? new("200 OK", $"Content-Length: {Made.Blobs[1].Length}\r\n", Made.Blobs[1][..9000]) : null;
        });
        registry.Add("latest", Made);
        using var store = new OpenStore(_folder.Path, Options);
        PullResult pulled = await PullAsync(store, registry, Ann);
        Assert.Equal(MadeImage.Noise(40_000), store.ReadFile(pulled.Image, "a"));
        Assert.Equal(2, tokens);
        Assert.Contains(registry.Requests, request => request.Path == layer && request.Authorization == "Bearer t2" && request.Headers["range"] == "bytes=9000-");
    }

    [Fact]
    public async Task A_refresh_token_is_taken_as_a_password_where_there_is_no_OAuth2()
    {
        ScriptedRegistry? self = null;
        await using var registry = self = new ScriptedRegistry(request => request switch
        {
            { Path: "/token", Method: "POST" } => new("405 Method Not Allowed"),
            { Path: "/token" } => request.Authorization == "Basic " + Convert.ToBase64String("ann:refresh"u8) ? ScriptedAnswer.Json("""{"token":"t"}""") : new("401 Unauthorized"),
            { Authorization: "Bearer t" } => null,
            _ => new("401 Unauthorized", $"WWW-Authenticate: Bearer realm=\"http://{self!.Address}/token\",service=\"x\"\r\n"),
        });
        registry.Add("latest", Made);
        using var store = new OpenStore(_folder.Path, Options);
        await PullAsync(store, registry, new RegistryAuth { Username = "ann", Identitytoken = "refresh" });
    }

    [Fact]
    public async Task A_scope_that_the_challenge_names_is_asked_for()
    {
        ScriptedRegistry? self = null;
        await using var registry = self = new ScriptedRegistry(request => request switch
        {
            { Path: "/token" } => ScriptedAnswer.Json(request.Query.Contains("scope=odd%3Aspace%3Aread", StringComparison.Ordinal) ? """{"token":"good"}""" : """{"token":"poor"}"""),
            { Authorization: "Bearer good" } => null,
            { Path: "/v2/" } => new("401 Unauthorized", $"WWW-Authenticate: Bearer realm=\"http://{self!.Address}/token\",service=\"x\"\r\n"),
            _ => new("401 Unauthorized", $"WWW-Authenticate: Bearer realm=\"http://{self!.Address}/token\",service=\"x\",scope=\"odd:space:read\"\r\n"),
        });
        registry.Add("latest", Made);
        using var store = new OpenStore(_folder.Path, Options);
        await PullAsync(store, registry, Ann);
    }

    [Theory]
    [InlineData("huge", "the token server's answer is too large: the limit is 1048576 bytes")]
    [InlineData("silent", "request canceled")]
    [InlineData("none", "authorization server did not include a token in the response")]
    [InlineData("ill", "received unexpected HTTP status: 503 Service Unavailable")]
    [InlineData("odd", "names no usable token server: realm 'gopher://x'")]
    public async Task A_token_server_that_misbehaves_is_told_of(string how, string message)
    {
        ScriptedRegistry? self = null;
        await using var registry = self = new ScriptedRegistry(request => request switch
        {
            { Path: "/token" } => how switch
            {
                "huge" => ScriptedAnswer.Json("\"" + new string('x', 2 << 20) + "\""),
                "silent" => Silent(),
                "none" => ScriptedAnswer.Json("{}"),
                _ => new("503 Service Unavailable"),
            },
            _ => new("401 Unauthorized", $"WWW-Authenticate: Bearer realm=\"{(how == "odd" ? "gopher://x" : $"http://{self!.Address}/token")}\",service=\"x\"\r\n"),
        });
        using var store = new OpenStore(_folder.Path, Options with { MaxAttempts = 2 });
        Assert.Contains(message, (await Assert.ThrowsAnyAsync<FaultException>(() => PullAsync(store, registry, Ann))).Message, StringComparison.Ordinal);
        if (how == "ill") Assert.Equal(2, registry.Requests.Count(request => request.Path == "/token"));
    }

    [Fact]
    public async Task Layers_that_are_pushed_at_once_share_a_token_and_a_mount_that_is_refused_becomes_an_upload()
    {
        ScriptedRegistry? self = null;
        await using var registry = self = new ScriptedRegistry(request => request switch
        {
            { Path: "/token" } => request.Query.Contains("%3Ato%3A", StringComparison.Ordinal) && request.Query.Contains("%3Afrom%3A", StringComparison.Ordinal)
                ? ScriptedAnswer.Error("403 Forbidden", "DENIED", "not from there") : ScriptedAnswer.Json("""{"token":"t"}"""),
            { Authorization: not "Bearer t" } => new("401 Unauthorized", $"WWW-Authenticate: Bearer realm=\"http://{self!.Address}/token\",service=\"x\"\r\n"),
            { Method: "HEAD" } when request.Path.StartsWith("/v2/to/blobs/", StringComparison.Ordinal) => new("404 Not Found"),
            _ => null,
        });
        registry.Add("latest", Made);
        using var store = new OpenStore(_folder.Path, Options);
        Image image = (await store.Service.PullAsync(ImageReference.Parse($"{registry.Address}/from"), new PullOptions { Auth = Ann }, new Progress(), default)).Image;
        var name = ImageReference.Parse($"{registry.Address}/to:1");
        store.Service.Tag(image.Id.ToString(), name);
        var progress = new Progress();
        await store.Service.PushAsync(name, new PushOptions { Auth = Ann }, progress, _ => { }, default);

        Assert.Equal(["Preparing", "Pushing", "Pushed"], progress.Steps(image.Layers[0].DiffId.Hex[..12]));
        Assert.Single(registry.Requests, request => request.Path == "/token" && request.Query.Contains("%3Ato%3A", StringComparison.Ordinal) && !request.Query.Contains("%3Afrom%3A", StringComparison.Ordinal));
        Assert.Contains(registry.Requests, request => request.Path == "/token" && request.Query.Contains("%3Ato%3A", StringComparison.Ordinal) && request.Query.Contains("%3Afrom%3A", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_that_expires_in_the_middle_of_a_push_is_renewed()
    {
        int tokens = 0, puts = 0;
        ScriptedRegistry? self = null;
        await using var registry = self = new ScriptedRegistry(request =>
        {
            if (request.Path == "/token") return ScriptedAnswer.Json($$"""{"token":"t{{Interlocked.Increment(ref tokens)}}"}""");
            bool stale = request.Authorization is null || request.Method == "PUT" && request.Path.Contains("/blobs/", StringComparison.Ordinal) && request.Authorization == "Bearer t1" && Interlocked.Increment(ref puts) > 0;
            return stale ? new("401 Unauthorized", $"WWW-Authenticate: Bearer realm=\"http://{self!.Address}/token\",service=\"x\"\r\n") : null;
        });
        using var store = new OpenStore(_folder.Path, Options);
        var name = ImageReference.Parse($"{registry.Address}/app:1");
        await store.Service.ImportAsync(new MemoryStream(MadeImage.TarOf(new Dictionary<string, string> { ["a"] = MadeImage.Noise(600_000) })), new ImportOptions { Reference = name }, default);
        await store.Service.PushAsync(name, new PushOptions { Auth = Ann }, new Progress(), _ => { }, default);
        Assert.Equal(2, tokens);
        Assert.Equal(2, registry.Blobs.Count());
    }

    private static ScriptedAnswer Silent()
    {
        Thread.Sleep(TimeSpan.FromSeconds(3));
        return new("200 OK");
    }

    private static Task<PullResult> PullAsync(OpenStore store, ScriptedRegistry registry, RegistryAuth? auth) =>
        store.Service.PullAsync(ImageReference.Parse($"{registry.Address}/app"), new PullOptions { Auth = auth }, new Progress(), default);
}
