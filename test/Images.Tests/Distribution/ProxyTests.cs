using Sampan.Distribution;
using Sampan.Faults;
using Sampan.Images.Tests.Harness;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests;

public sealed class ProxyTests : IDisposable
{
    private static readonly MadeImage Made = MadeImage.Of([new Dictionary<string, string> { ["a"] = "1" }]);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", true)]
    [InlineData("other.invalid, nobody.invalid:80,10.0.0.0/8", true)]
    [InlineData(".nobody.invalid", true)]
    [InlineData("body.invalid", true)]
    [InlineData("NOBODY.invalid", false)]
    [InlineData("x,invalid", false)]
    [InlineData(".invalid", false)]
    [InlineData("*.invalid", false)]
    [InlineData("nobody.invalid:5000", false)]
    [InlineData("*", false)]
    public async Task A_proxy_is_used_but_for_the_exceptions(string exceptions, bool used)
    {
        await using var proxy = Proxy(null);
        using var store = Open(proxy.Address, exceptions);
        if (used) await PullAsync(store);
        else Assert.EndsWith("dial tcp: lookup nobody.invalid: no such host", (await Assert.ThrowsAnyAsync<FaultException>(() => PullAsync(store))).Message, StringComparison.Ordinal);
        Assert.Equal(used, !proxy.Requests.IsEmpty);
    }

    [Fact]
    public async Task A_proxy_gets_the_password_in_its_address_and_loopback_is_never_asked_through_one()
    {
        await using var proxy = Proxy(request => request.Headers.GetValueOrDefault("proxy-authorization") == "Basic " + Convert.ToBase64String("u:p w"u8) ? null
            : new("407 Proxy Authentication Required", "Proxy-Authenticate: Basic realm=\"x\"\r\n"));
        await using var near = Proxy(null);
        using var store = Open($"u:p%20w@{proxy.Address}", "");
        await PullAsync(store);
        int before = proxy.Requests.Count;
        await store.Service.PullAsync(ImageReference.Parse($"{near.Address}/app"), new PullOptions(), new Progress(), default);
        Assert.Equal(before, proxy.Requests.Count);
    }

    /// <summary>Answers for any registry itself, by plain HTTP only.</summary>
    private static ScriptedRegistry Proxy(Func<ScriptedRequest, ScriptedAnswer?>? first)
    {
        var proxy = new ScriptedRegistry(request => first?.Invoke(request) ?? (request.Method == "CONNECT" ? new("502 Bad Gateway") : null));
        proxy.Add("latest", Made);
        return proxy;
    }

    private OpenStore Open(string proxy, string exceptions) => new(_folder.Path, new RegistryOptions
    {
        HostFolders = [],
        InsecureRegistries = ["nobody.invalid:5000"],
        Proxy = new ProxyOptions($"http://{proxy}", $"http://{proxy}", exceptions),
        RetryDelay = TimeSpan.FromMilliseconds(5),
        MaxAttempts = 2,
    });

    private static Task<PullResult> PullAsync(OpenStore store) => store.Service.PullAsync(ImageReference.Parse("nobody.invalid:5000/app"), new PullOptions(), new Progress(), default);
}
