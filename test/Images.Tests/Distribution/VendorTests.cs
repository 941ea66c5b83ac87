using System.Text;
using Sampan.Distribution;
using Sampan.Faults;
using Sampan.Images.Tests.Harness;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests;

/// <summary>Registries of the large hosts, as each documents its answers.</summary>
public sealed class VendorTests : IDisposable
{
    private static readonly RegistryOptions Options = new() { HostFolders = [], RetryDelay = TimeSpan.FromMilliseconds(5), IdleTimeout = TimeSpan.FromSeconds(20) };
    private static readonly MadeImage Made = MadeImage.Of([new Dictionary<string, string> { ["a"] = MadeImage.Noise(20_000) }]);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Docker_Hub_denies_a_stranger_by_its_challenge_and_says_when_too_much_was_pulled()
    {
        ScriptedRegistry? self = null;
        await using var hub = self = new ScriptedRegistry(request => request switch
        {
            { Path: "/token" } => ScriptedAnswer.Json("""{"token":"stranger","access_token":"stranger","expires_in":300,"issued_at":"2024-05-06T07:08:09Z"}"""),
            { Authorization: null } => Unauthorized(self!, request.Path == "/v2/" ? "" : ",scope=\"repository:library/app:pull\""),
            { Path: "/v2/library/app/manifests/latest" } => Unauthorized(self!, ",scope=\"repository:library/app:pull\",error=\"insufficient_scope\""),
            { Path: "/v2/library/much/manifests/latest" } => ScriptedAnswer.Error("429 Too Many Requests", "TOOMANYREQUESTS", "You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit", "Retry-After: 3600\r\n"),
            _ => null,
        });
        using var store = new OpenStore(_folder.Path, Options);
        var denied = await Assert.ThrowsAnyAsync<FaultException>(() => PullAsync(store, hub, "library/app"));
        Assert.Equal((FaultKind.NotFound, $"pull access denied for {hub.Address}/library/app, repository does not exist or may require 'docker login': denied: requested access to the resource is denied"), (denied.Kind, denied.Message));
        var much = await Assert.ThrowsAnyAsync<FaultException>(() => PullAsync(store, hub, "library/much"));
        Assert.Equal("toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit", much.Message);
        Assert.Contains(hub.Requests, request => request.Path == "/token" && request.Query.Contains("scope=repository%3Alibrary%2Fapp%3Apull", StringComparison.Ordinal));
    }

    [Fact]
    public async Task GHCR_gives_its_own_tokens_takes_uploads_at_a_relative_place_and_names_the_missing_permission()
    {
        ScriptedRegistry? self = null;
        await using var ghcr = self = new ScriptedRegistry(request => request switch
        {
            { Path: "/token" } => request.Authorization == Basic("ann", "ghp_secret") ? ScriptedAnswer.Json("""{"token":"writer"}""") : ScriptedAnswer.Error("403 Forbidden", "DENIED", "denied"),
            { Authorization: null } => new("401 Unauthorized", $"WWW-Authenticate: Bearer realm=\"http://{self!.Address}/token\",service=\"ghcr.io\",scope=\"repository:user/image:pull\"\r\n"),
            { Method: "PUT", Path: "/v2/ann/other/manifests/1" } => ScriptedAnswer.Error("403 Forbidden", "DENIED", "permission_denied: write_package"),
            _ => null,
        });
        using var store = new OpenStore(_folder.Path, Options);
        await PushAsync(store, ghcr, "ann/app", new RegistryAuth { Username = "ann", Password = "ghp_secret" });
        var refused = await Assert.ThrowsAnyAsync<FaultException>(() => PushAsync(store, ghcr, "ann/other", new RegistryAuth { Username = "ann", Password = "ghp_secret" }));
        Assert.Equal("denied: permission_denied: write_package", refused.Message);
        var wrong = await Assert.ThrowsAnyAsync<FaultException>(() => PushAsync(store, ghcr, "ann/third", new RegistryAuth { Username = "ann", Password = "guess" }));
        Assert.EndsWith(": denied: denied", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ECR_takes_its_long_passwords_until_they_expire_and_needs_the_repository_to_be_there()
    {
        string password = new('x', 3000);
        bool expired = false;
        await using var ecr = new ScriptedRegistry(request => request switch
        {
            { Authorization: null } => new("401 Unauthorized", "WWW-Authenticate: Basic realm=\"https://123.dkr.ecr.eu-west-1.amazonaws.com/\",service=\"ecr.amazonaws.com\"\r\n"),
            _ when request.Authorization != Basic("AWS", password) => new("401 Unauthorized"),
            _ when expired => ScriptedAnswer.Error("403 Forbidden", "DENIED", "Your authorization token has expired. Reauthenticate and try again."),
            { Method: "POST", Path: "/v2/missing/blobs/uploads/" } => ScriptedAnswer.Error("404 Not Found", "NAME_UNKNOWN", "The repository with name 'missing' does not exist in the registry with id '123'"),
            _ => null,
        });
        var aws = new RegistryAuth { Username = "AWS", Password = password };
        using var store = new OpenStore(_folder.Path, Options);
        await PushAsync(store, ecr, "app", aws);
        var missing = await Assert.ThrowsAnyAsync<FaultException>(() => PushAsync(store, ecr, "missing", aws));
        Assert.Equal("name unknown: The repository with name 'missing' does not exist in the registry with id '123'", missing.Message);
        expired = true;
        var late = await Assert.ThrowsAnyAsync<FaultException>(() => PullAsync(store, ecr, "gone", aws));
        Assert.Equal($"pull access denied for {ecr.Address}/gone, repository does not exist or may require 'docker login': denied: Your authorization token has expired. Reauthenticate and try again.", late.Message);
    }

    [Fact]
    public async Task ACR_exchanges_a_refresh_token_and_takes_it_as_the_password_of_nobody()
    {
        const string Nobody = "00000000-0000-0000-0000-000000000000";
        ScriptedRegistry? self = null;
        await using var acr = self = new ScriptedRegistry(request => request switch
        {
            { Path: "/oauth2/token", Method: "POST" } => Encoding.UTF8.GetString(request.Body).Contains("grant_type=refresh_token&refresh_token=refresh", StringComparison.Ordinal)
                ? ScriptedAnswer.Json("""{"access_token":"reader"}""") : ScriptedAnswer.Error("401 Unauthorized", "UNAUTHORIZED", "authentication required"),
            { Path: "/oauth2/token" } => request.Authorization == Basic(Nobody, "refresh") ? ScriptedAnswer.Json("""{"access_token":"reader"}""") : ScriptedAnswer.Error("401 Unauthorized", "UNAUTHORIZED", "authentication required"),
            { Authorization: "Bearer reader" } => null,
            _ => new("401 Unauthorized", $"Www-Authenticate: Bearer realm=\"http://{self!.Address}/oauth2/token\",service=\"{self.Address}\"\r\n"),
        });
        acr.Add("latest", Made);
        using var store = new OpenStore(_folder.Path, Options);
        await PullAsync(store, acr, "one", new RegistryAuth { Username = Nobody, Identitytoken = "refresh" });
        await PullAsync(store, acr, "two", new RegistryAuth { Username = Nobody, Password = "refresh" });
        Assert.Contains(acr.Requests, request => request.Method == "POST" && Encoding.UTF8.GetString(request.Body).Contains("scope=repository%3Aone%3Apull", StringComparison.Ordinal));
        var wrong = await Assert.ThrowsAnyAsync<FaultException>(() => PullAsync(store, acr, "three", new RegistryAuth { Identitytoken = "old" }));
        Assert.EndsWith(": unauthorized: authentication required", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quay_and_Harbor_are_answered_as_they_ask()
    {
        ScriptedRegistry? self = null;
        await using var quay = self = new ScriptedRegistry(request => request switch
        {
            { Path: "/v2/auth" } => ScriptedAnswer.Json("""{"token":"robot"}"""),
            { Authorization: "Bearer robot", Path: "/v2/org/secret/manifests/latest" } => ScriptedAnswer.Error("401 Unauthorized", "UNAUTHORIZED", "access to the requested resource is not authorized"),
            { Authorization: "Bearer robot" } => null,
            _ => new("401 Unauthorized", $"WWW-Authenticate: Bearer realm=\"http://{self!.Address}/v2/auth\",service=\"quay.io\"\r\n"),
        });
        quay.Add("latest", Made);
        using var store = new OpenStore(_folder.Path, Options);
        await PullAsync(store, quay, "org/app", new RegistryAuth { Username = "org+robot", Password = "secret" });
        Assert.Contains(quay.Requests, request => request.Path == "/v2/auth" && request.Query.Contains("account=org%2Brobot&service=quay.io", StringComparison.Ordinal));
        Assert.Equal("unauthorized: access to the requested resource is not authorized", (await Assert.ThrowsAnyAsync<FaultException>(() => PullAsync(store, quay, "org/secret"))).Message);

        await using var harbor = self = new ScriptedRegistry(request => request switch
        {
            { Path: "/service/token" } => ScriptedAnswer.Json("""{"token":"","access_token":"t","expires_in":"1800","issued_at":"2024-05-06T07:08:09Z"}"""),
            { Authorization: not "Bearer t" } => new("401 Unauthorized", $"Www-Authenticate: Bearer realm=\"http://{self!.Address}/service/token\",service=\"harbor-registry\"\r\n"),
            { Path: "/v2/library/none/manifests/latest" } => ScriptedAnswer.Error("404 Not Found", "NOT_FOUND", "artifact library/none:latest not found"),
            _ => null,
        });
        harbor.Add("latest", Made);
        await PullAsync(store, harbor, "library/app");
        Assert.Equal("unknown: artifact library/none:latest not found", (await Assert.ThrowsAnyAsync<FaultException>(() => PullAsync(store, harbor, "library/none"))).Message);
    }

    private static ScriptedAnswer Unauthorized(ScriptedRegistry hub, string more) =>
        ScriptedAnswer.Error("401 Unauthorized", "UNAUTHORIZED", "authentication required", $"Www-Authenticate: Bearer realm=\"http://{hub.Address}/token\",service=\"registry.docker.io\"{more}\r\n");

    private static string Basic(string user, string password) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));

    private static Task<PullResult> PullAsync(OpenStore store, ScriptedRegistry registry, string name, RegistryAuth? auth = null) =>
        store.Service.PullAsync(ImageReference.Parse($"{registry.Address}/{name}"), new PullOptions { Auth = auth }, new Progress(), default);

    private static async Task PushAsync(OpenStore store, ScriptedRegistry registry, string repository, RegistryAuth auth)
    {
        var name = ImageReference.Parse($"{registry.Address}/{repository}:1");
        await store.Service.ImportAsync(new MemoryStream(MadeImage.TarOf(new Dictionary<string, string> { ["a"] = "1" })), new ImportOptions { Reference = name }, default);
        await store.Service.PushAsync(name, new PushOptions { Auth = auth }, new Progress(), _ => { }, default);
    }
}
