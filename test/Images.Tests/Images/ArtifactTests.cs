using Sampan.Images.Tests.Harness;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests;

/// <summary>What is no image: kept and pushed as it came.</summary>
public sealed class ArtifactTests(DebianRegistry registry) : IClassFixture<DebianRegistry>, IDisposable
{
    private const string HelmConfig = "application/vnd.cncf.helm.config.v1+json", HelmChart = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
    private static readonly MadeImage Image = MadeImage.Of([new Dictionary<string, string> { ["a"] = "1" }]);
    private static readonly MadeImage Chart = MadeImage.Artifact(HelmConfig, """{"name":"web"}""", HelmChart, "no tar at all");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_chart_is_pulled_tagged_pushed_saved_loaded_and_removed_with_its_digest()
    {
        await registry.PushAsync("chart", "1.0", Chart);
        using var store = new OpenStore(_folder["root"]);
        PullResult pulled = await store.Service.PullAsync(ImageReference.Parse($"{registry.Address}/chart:1.0"), new PullOptions(), new Progress(), default);
        Assert.True(pulled.Image.IsArtifact);
        Assert.Equal((Chart.Digest, Chart.Digest), (pulled.Digest, pulled.Image.Id));
        Assert.Equal(PullOutcome.UpToDate, (await store.Service.PullAsync(ImageReference.Parse($"{registry.Address}/chart:1.0"), new PullOptions(), new Progress(), default)).Outcome);
        Assert.Equal(ManifestKind.Unknown, Assert.Single(store.Service.Manifests(pulled.Image).Parts).Kind);

        var target = ImageReference.Parse($"{registry.Address}/chart-copy:1.0");
        store.Service.Tag($"{registry.Address}/chart:1.0", target);
        Assert.Equal(Chart.Digest, (await store.PushAsync(target)).Digest);
        Assert.Equal(System.Text.Encoding.UTF8.GetString(Chart.Manifest), (await Tool.RunAsync("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{target}")).Trim());

        await using (var archive = File.Create(_folder["a.tar"])) await store.Service.SaveAsync([target.FamiliarString], null, archive, default);
        using (var other = new OpenStore(_folder["other"]))
        {
            await using var archive = File.OpenRead(_folder["a.tar"]);
            Assert.Equal($"Loaded image: {target.FamiliarString}\n", Assert.Single(await other.Service.LoadAsync(archive, null, new Progress(), default)).Line);
        }
        using (var again = new OpenStore(_folder["other"]))
        {
            Assert.Equal(Chart.Digest, again.Service.Get(target.FamiliarString).Id);
            again.Service.Remove(target.FamiliarString, new ImageRemoveOptions());
            again.AssertEmpty();
        }
    }

    [Fact]
    public async Task Attestations_come_with_their_image_and_are_pushed_with_the_index()
    {
        var attestation = MadeImage.Artifact(MediaTypes.OciConfig, """{"architecture":"unknown","os":"unknown","rootfs":{"type":"layers","diff_ids":[]}}""", "application/vnd.in-toto+json", """{"predicateType":"x"}""");
        var built = MadeImage.Index(false, ("linux/amd64", Image)).With(attestation,
            new Dictionary<string, string> { ["vnd.docker.reference.type"] = "attestation-manifest", ["vnd.docker.reference.digest"] = Image.Digest.ToString() });
        await registry.PushAsync("built", "latest", built);
        using var store = new OpenStore(_folder.Path);
        string name = $"{registry.Address}/built:latest";
        Image image = (await store.Service.PullAsync(ImageReference.Parse(name), new PullOptions(), new Progress(), default)).Image;
        Assert.Equal(Image.ConfigDigest, image.Id);
        var parts = store.Service.Manifests(image).Parts;
        Assert.Equal([(ManifestKind.Image, true, null), (ManifestKind.Attestation, true, (Digest?)Image.Digest)], parts.Select(part => (part.Kind, part.Available, part.About)));

        var target = ImageReference.Parse($"{registry.Address}/built-copy:v1");
        store.Service.Tag(name, target);
        Assert.Equal(built.Digest, (await store.PushAsync(target)).Digest);
        store.Service.Remove(name, new ImageRemoveOptions());
        store.Service.Remove(target.FamiliarString, new ImageRemoveOptions());
        store.AssertEmpty();
    }

    [Fact]
    public async Task A_signature_is_found_from_what_it_is_about_also_in_a_registry_without_a_list_of_referrers()
    {
        await registry.PushAsync("signed", "latest", Image);
        var signature = MadeImage.Artifact("application/vnd.oci.empty.v1+json", "{}", "application/vnd.example.signature", "signed by hand", Image, "application/vnd.example.signature.v1");
        await registry.PushAsync("signatures", "one", signature);
        using var store = new OpenStore(_folder.Path);
        var image = ImageReference.Parse($"{registry.Address}/signed:latest");
        Assert.Empty(await store.Service.ReferrersAsync(image, null, null, default));

        await store.Service.PullAsync(ImageReference.Parse($"{registry.Address}/signatures:one"), new PullOptions(), new Progress(), default);
        var target = ImageReference.Parse($"{registry.Address}/signed:signature");
        store.Service.Tag($"{registry.Address}/signatures:one", target);
        await store.PushAsync(target);
        await store.PushAsync(target);   // is listed once all the same

        Referrer found = Assert.Single(await store.Service.ReferrersAsync(image, null, null, default));
        Assert.Equal((Image.Digest, signature.Digest, "application/vnd.example.signature.v1"), (found.Subject, found.Descriptor.Digest, found.Descriptor.ArtifactType));
        Assert.Single(await store.Service.ReferrersAsync(image, "application/vnd.example.signature.v1", null, default));
        Assert.Empty(await store.Service.ReferrersAsync(image, "application/vnd.example.other", null, default));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_an_index_has_of_an_unknown_type_is_kept_saved_loaded_and_pushed_untouched(bool asBlob)
    {
        var strange = new MadeImage("application/vnd.example.strange.v1+json", """{"anything":["goes"]}"""u8.ToArray(), [], []);
        var index = MadeImage.Index(false, ("linux/amd64", Image)).With(strange, new Dictionary<string, string> { ["a"] = "b" }, unknownPlatform: false);
        await using var source = new ScriptedRegistry(request => asBlob && request.Path.EndsWith($"/manifests/{strange.Digest}", StringComparison.Ordinal) ? ScriptedAnswer.Error("404 Not Found", "MANIFEST_UNKNOWN", "manifest unknown") : null);
        source.Add("latest", asBlob ? index with { Blobs = [.. index.Blobs, strange.Manifest] } : index);
        using var store = new OpenStore(_folder["first"]);
        string name = $"{source.Address}/strange:latest";
        Assert.Equal(index.Digest, (await store.Service.PullAsync(ImageReference.Parse(name), new PullOptions(), new Progress(), default)).Digest);
        Assert.Contains(strange.Digest.Hex, store.Blobs);

        var archive = new MemoryStream();
        await store.Service.SaveAsync([name], null, archive, default);
        archive.Position = 0;
        using var other = new OpenStore(_folder["second"]);
        await other.Service.LoadAsync(archive, null, new Progress(), default);
        await using var target = new ScriptedRegistry(request => asBlob && request.Method == "PUT" && request.Path.EndsWith($"/manifests/{strange.Digest}", StringComparison.Ordinal) ? ScriptedAnswer.Error("400 Bad Request", "MANIFEST_INVALID", "manifest invalid") : null);
        var copy = ImageReference.Parse($"{target.Address}/strange:copy");
        other.Service.Tag(name, copy);
        Assert.Equal(index.Digest, (await other.PushAsync(copy)).Digest);
        if (asBlob) Assert.Contains(strange.Digest.ToString(), target.Blobs);
        else Assert.Equal(strange.MediaType, Assert.Single(target.Requests, request => request.Method == "PUT" && request.Path.EndsWith($"/manifests/{strange.Digest}", StringComparison.Ordinal)).Headers["content-type"]);
        foreach (var gone in new[] { name, copy.FamiliarString }) other.Service.Remove(gone, new ImageRemoveOptions());
        other.AssertEmpty();
    }

    [Fact]
    public async Task An_index_of_artifacts_is_kept_whole()
    {
        var index = MadeImage.Index(false).With(Chart, new Dictionary<string, string> { ["a"] = "b" }, unknownPlatform: false);
        await registry.PushAsync("charts", "all", index);
        using var store = new OpenStore(_folder.Path);
        string name = $"{registry.Address}/charts:all";
        PullResult pulled = await store.Service.PullAsync(ImageReference.Parse(name), new PullOptions(), new Progress(), default);
        Assert.Equal((true, index.Digest), (pulled.Image.IsArtifact, pulled.Image.Id));
        var target = ImageReference.Parse($"{registry.Address}/charts-copy:all");
        store.Service.Tag(name, target);
        Assert.Equal(index.Digest, (await store.PushAsync(target)).Digest);
    }
}
