using Sampan.Faults;
using Sampan.Images.Tests.Harness;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests;

public sealed class AuthenticationTests : IDisposable
{
    private static readonly RegistryAuth Ann = new() { Username = "ann", Password = "secret" };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Basic_credentials_open_a_registry_and_wrong_or_missing_ones_are_told_of()
    {
        var registry = await DebianRegistry.WithPasswordAsync();
        try
        {
            await registry.PushAsync("private/app", "latest", MadeImage.Of([new Dictionary<string, string> { ["a"] = "1" }]));
            using var store = new OpenStore(_folder.Path);
            var name = ImageReference.Parse($"{registry.Address}/private/app");

            var none = await Assert.ThrowsAsync<FaultException>(() => store.Service.PullAsync(name, new PullOptions(), new Progress(), default));
            Assert.Equal($"Get \"http://{registry.Address}/v2/private/app/manifests/latest\": no basic auth credentials", none.Message);
            var wrong = await Assert.ThrowsAnyAsync<FaultException>(() => store.Service.PullAsync(name, new PullOptions { Auth = Ann with { Password = "guess" } }, new Progress(), default));
            Assert.Equal("unauthorized: authentication required", wrong.Message);
            Assert.Equal(FaultKind.PermissionDenied, wrong.Kind);

            string header = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes("""{"username":"ann","password":"secret","serveraddress":"x"}""")).Replace('+', '-').Replace('/', '_');
            PullResult right = await store.Service.PullAsync(name, new PullOptions { Auth = RegistryAuth.FromHeader(header) }, new Progress(), default);
            Assert.Equal(name.WithDefaultTag(), right.Image.Tags.Single());
        }
        finally
        {
            await registry.DisposeAsync();
        }
    }

    [Fact]
    public async Task Bearer_tokens_are_fetched_for_strangers_and_for_users_and_used_again()
    {
        using var tokens = new TokenServer();
        var registry = await DebianRegistry.WithTokensAsync(tokens);
        try
        {
            var made = MadeImage.Of([new Dictionary<string, string> { ["a"] = "1" }, new Dictionary<string, string> { ["b"] = "2" }]);
            await registry.PushAsync("public/app", "latest", made);
            await registry.PushAsync("private/app", "latest", made);
            using var store = new OpenStore(_folder.Path);

            await store.Service.PullAsync(ImageReference.Parse($"{registry.Address}/public/app"), new PullOptions(), new Progress(), default);
            var asked = Assert.Single(tokens.Requests);
            Assert.Null(asked.Authorization);
            Assert.Contains("service=test-registry", asked.Query);
            Assert.Contains("scope=repository%3Apublic%2Fapp%3Apull", asked.Query);

            var name = ImageReference.Parse($"{registry.Address}/private/app");
            var stranger = await Assert.ThrowsAnyAsync<FaultException>(() => store.Service.PullAsync(name, new PullOptions(), new Progress(), default));
            Assert.StartsWith($"pull access denied for {registry.Address}/private/app, repository does not exist or may require 'docker login': denied: ", stranger.Message, StringComparison.Ordinal);
            var wrong = await Assert.ThrowsAnyAsync<FaultException>(() => store.Service.PullAsync(name, new PullOptions { Auth = Ann with { Password = "guess" } }, new Progress(), default));
            Assert.Contains("unauthorized: incorrect username or password", wrong.Message);
            await store.Service.PullAsync(name, new PullOptions { Auth = Ann }, new Progress(), default);
            Assert.Equal(2, store.Service.List().Single().Tags.Count);
        }
        finally
        {
            await registry.DisposeAsync();
        }
    }

    [Fact]
    public async Task Credentials_do_not_follow_a_redirect_to_another_host()
    {
        var registry = await DebianRegistry.WithPasswordAsync();
        try
        {
            var made = MadeImage.Of([new Dictionary<string, string> { ["a"] = "1" }]);
            await registry.PushAsync("private/app", "latest", made);
            var open = new DebianRegistry();
            await open.InitializeAsync();
            await open.PushAsync("private/app", "latest", made);
            await using var storage = new FaultyProxy(open.Address, (_, _) => null);
            await using var front = new FaultyProxy(registry.Address, (line, _) => line.Contains("/blobs/")
                ? new Fault { Answer = "307 Temporary Redirect", Headers = $"Location: http://{storage.Address}{line[4..]}\r\n" } : null);
            using var store = new OpenStore(_folder.Path);
            await store.Service.PullAsync(ImageReference.Parse($"{front.Address}/private/app"), new PullOptions { Auth = Ann }, new Progress(), default);
            Assert.NotEmpty(storage.Requests);
            Assert.All(storage.Requests, head => Assert.DoesNotContain("Authorization", head));
            Assert.Contains(front.Requests, head => head.Contains("Authorization: Basic"));
            await open.DisposeAsync();
        }
        finally
        {
            await registry.DisposeAsync();
        }
    }
}
