using Sampan.Faults;
using Sampan.Images.Tests.Harness;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests;

public sealed class PushTests(DebianRegistry registry) : IClassFixture<DebianRegistry>, IDisposable
{
    private static readonly Dictionary<string, string> Base = new() { ["a"] = MadeImage.Noise(300_000) };
    private static readonly Dictionary<string, string> Top = new() { ["b"] = "2" };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_pushed_image_has_the_digest_it_was_pulled_with(bool docker)
    {
        using var source = new DisposableRegistry();
        await source.Registry.InitializeAsync();
        var made = MadeImage.Of([Base, Top], docker);
        await source.Registry.PushAsync("from", "latest", made);
        using var store = new OpenStore(_folder.Path);
        Image image = (await store.Service.PullAsync(ImageReference.Parse($"{source.Registry.Address}/from"), new PullOptions(), new Progress(), default)).Image;
        var name = ImageReference.Parse($"{registry.Address}/to-{docker}:v1".ToLowerInvariant());
        store.Service.Tag(image.Id.ToString(), name);
        var progress = new Progress();

        PushResult? pushed = null;
        await store.Service.PushAsync(name, new PushOptions(), progress, one => pushed = one, default);

        Assert.Equal(new PushResult("v1", made.Digest, made.Manifest.Length), pushed);
        Assert.Equal([$"The push refers to repository [{name.Name}]", $"v1: digest: {made.Digest} size: {made.Manifest.Length}"], progress.Steps(null));
        Assert.Equal(["Preparing", "Pushing", "Pushed"], progress.Steps(image.Layers[0].DiffId.Hex[..12]));
        Assert.Contains(name.WithDigest(made.Digest), store.Service.Get(name.FamiliarString).RepoDigests);
        Assert.Contains(made.Digest.ToString(), await Tool.RunAsync("skopeo", "inspect", "--tls-verify=false", $"docker://{name}"));

        var again = new Progress();
        await store.Service.PushAsync(name, new PushOptions(), again, _ => { }, default);
        Assert.Equal(["Preparing", "Layer already exists"], again.Steps(image.Layers[0].DiffId.Hex[..12]));

        store.Service.Tag(image.Id.ToString(), ImageReference.Parse($"{registry.Address}/mounted-{docker}".ToLowerInvariant()));
        var mounted = new Progress();
        await store.Service.PushAsync(ImageReference.Parse($"{registry.Address}/mounted-{docker}".ToLowerInvariant()), new PushOptions(), mounted, _ => { }, default);
        Assert.Equal(["Preparing", $"Mounted from {name.Path}"], mounted.Steps(image.Layers[0].DiffId.Hex[..12]));
    }

    [Fact]
    public async Task A_push_needs_an_image_and_the_right_to_write()
    {
        using var store = new OpenStore(_folder.Path);
        Assert.Equal("An image does not exist locally with the tag: nothing",
            (await Assert.ThrowsAsync<FaultException>(() => store.Service.PushAsync(ImageReference.Parse("nothing:v1"), new PushOptions(), new Progress(), _ => { }, default))).Message);

        await store.Service.ImportAsync(new MemoryStream(MadeImage.TarOf(Base)), new ImportOptions { Reference = ImageReference.Parse("something:v1") }, default);
        Assert.Equal("tag does not exist: something:v2",
            (await Assert.ThrowsAsync<FaultException>(() => store.Service.PushAsync(ImageReference.Parse("something:v2"), new PushOptions(), new Progress(), _ => { }, default))).Message);

        using var tokens = new TokenServer();
        var guarded = await DebianRegistry.WithTokensAsync(tokens);
        try
        {
            var name = ImageReference.Parse($"{guarded.Address}/private/app:v1");
            await store.Service.ImportAsync(new MemoryStream(MadeImage.TarOf(Base)), new ImportOptions { Reference = name }, default);
            Assert.Equal(FaultKind.PermissionDenied, (await Assert.ThrowsAnyAsync<FaultException>(() => store.Service.PushAsync(name, new PushOptions(), new Progress(), _ => { }, default))).Kind);
            await store.Service.PushAsync(name, new PushOptions { Auth = new RegistryAuth { Username = "ann", Password = "secret" } }, new Progress(), _ => { }, default);
        }
        finally
        {
            await guarded.DisposeAsync();
        }
    }

    [Fact]
    public async Task So_many_layers_are_on_the_line_as_may_be_and_the_others_wait()
    {
        var made = MadeImage.Of([Base, Top, new Dictionary<string, string> { ["c"] = MadeImage.Noise(100_000) }]);
        await registry.PushAsync("waiting", "latest", made);
        int busy = 0, most = 0;
        await using var counting = new ScriptedRegistry(request =>
        {
            if (!request.Path.Contains("/blobs/sha256:", StringComparison.Ordinal) && request.Method != "PUT") return null;
            int now = Interlocked.Increment(ref busy);
            lock (made) most = Math.Max(most, now);
            Thread.Sleep(50);
            Interlocked.Decrement(ref busy);
            return null;
        });
        counting.Add("latest", made);
        using var store = new OpenStore(_folder.Path, null, downloads: 1, uploads: 1);
        var pulling = new Progress();
        Image image = (await store.Service.PullAsync(ImageReference.Parse($"{counting.Address}/waiting"), new PullOptions(), pulling, default)).Image;
        Assert.Equal(2, pulling.Reports.Count(report => report.Status == "Waiting"));
        var name = ImageReference.Parse($"{counting.Address}/to:1");
        store.Service.Tag(image.Id.ToString(), name);
        var pushing = new Progress();
        await store.Service.PushAsync(name, new PushOptions(), pushing, _ => { }, default);
        Assert.Equal(2, pushing.Reports.Count(report => report.Status == "Waiting"));
        Assert.Equal(1, most);
    }

    private sealed class DisposableRegistry : IDisposable
    {
        public DebianRegistry Registry { get; } = new();

        public void Dispose() => Registry.DisposeAsync().GetAwaiter().GetResult();
    }
}
