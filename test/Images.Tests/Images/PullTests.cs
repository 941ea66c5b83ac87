using Sampan.Faults;
using Sampan.Images.Tests.Harness;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests;

public sealed class PullTests(DebianRegistry registry) : IClassFixture<DebianRegistry>, IDisposable
{
    private static readonly Dictionary<string, string> Base = new() { ["etc/"] = "", ["etc/os"] = "base", ["etc/gone"] = "x" };
    private static readonly Dictionary<string, string> Top = new() { ["etc/os"] = "top", ["etc/.wh.gone"] = "" };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_image_is_pulled_with_its_layers_on_each_other(bool docker)
    {
        var made = MadeImage.Of([Base, Top], docker);
        await registry.PushAsync($"layers-{docker}".ToLowerInvariant(), "v1", made);
        using var store = new OpenStore(_folder.Path);
        var name = ImageReference.Parse($"{registry.Address}/layers-{docker}:v1".ToLowerInvariant());

        PullResult result = await store.Service.PullAsync(name, new PullOptions(), new Progress(), default);

        Assert.Equal(PullOutcome.Downloaded, result.Outcome);
        Assert.Equal(made.Digest, result.Digest);
        Image image = result.Image;
        Assert.Equal(made.ConfigDigest, image.Id);
        Assert.Equal([name], image.Tags);
        Assert.Equal([name.WithDigest(made.Digest)], image.RepoDigests);
        Assert.Equal(made.LayerDigests, image.Layers.Select(layer => layer.Blob.Digest));
        Assert.Equal(["/bin/sh"], image.Config.Config!.Cmd);
        Assert.Equal("top", store.ReadFile(image, "etc/os"));
        Assert.ThrowsAny<FaultException>(() => store.ReadFile(image, "etc/gone"));
        Assert.Same(image, store.Service.Find(name.FamiliarString));
        Assert.Empty(store.Partials);
        Assert.Empty(store.Snapshotter.Keys);
    }

    [Fact]
    public async Task Progress_is_told_in_dockerds_words_and_order()
    {
        var made = MadeImage.Of([new Dictionary<string, string> { ["a"] = MadeImage.Noise(3_000_000) }]);
        await registry.PushAsync("words", "latest", made);
        using var store = new OpenStore(_folder.Path);
        var progress = new Progress();

        await store.Service.PullAsync(ImageReference.Parse($"{registry.Address}/words"), new PullOptions(), progress, default);

        string layer = made.LayerDigests[0].Hex[..12];
        Assert.Equal(["Pulling fs layer", "Downloading", "Verifying Checksum", "Download complete", "Extracting", "Pull complete"], progress.Steps(layer));
        Assert.Equal(["Pulling from words"], progress.Steps("latest"));
        Assert.Equal([$"Digest: {made.Digest}", $"Status: Downloaded newer image for {registry.Address}/words:latest"], progress.Steps(null));
        Assert.Equal(progress.Reports.Last().Status, progress.Steps(null)[^1]);
    }

    [Fact]
    public async Task An_index_gives_the_image_of_the_wanted_platform_and_keeps_its_own_digest()
    {
        MadeImage amd = MadeImage.Of([Base], label: "amd64"), arm = MadeImage.Of([Base], platform: "linux/arm64/v8", label: "arm64"), old = MadeImage.Of([Base], platform: "linux/arm/v6", label: "armv6");
        foreach (bool docker in (bool[])[true, false])
        {
            string repository = docker ? "list" : "index";
            var index = MadeImage.Index(docker, ("linux/arm64/v8", arm), ("linux/amd64", amd), ("linux/arm/v6", old));
            await registry.PushAsync(repository, "latest", index);
            using var store = new OpenStore(_folder[repository]);
            var name = ImageReference.Parse($"{registry.Address}/{repository}");

            PullResult host = await store.Service.PullAsync(name, new PullOptions(), new Progress(), default);
            Assert.Equal("amd64", host.Image.Config.Config!.Labels!["test"]);
            Assert.Equal(index.Digest, host.Digest);
            Assert.Equal(index.Digest, host.Image.RepoDigests.Single().Digest);

            PullResult wanted = await store.Service.PullAsync(name, new PullOptions { Platform = Platform.Parse("linux/arm64") }, new Progress(), default);
            Assert.Equal("arm64", wanted.Image.Config.Config!.Labels!["test"]);
            PullResult near = await store.Service.PullAsync(name, new PullOptions { Platform = Platform.Parse("linux/arm/v7") }, new Progress(), default);
            Assert.Equal("armv6", near.Image.Config.Config!.Labels!["test"]);

            var missing = await Assert.ThrowsAsync<FaultException>(() => store.Service.PullAsync(name, new PullOptions { Platform = Platform.Parse("linux/s390x") }, new Progress(), default));
            Assert.StartsWith("no matching manifest for linux/s390x in the manifest list entries: it has linux/", missing.Message, StringComparison.Ordinal);
            Assert.Equal(FaultKind.NotFound, missing.Kind);
        }
    }

    [Fact]
    public async Task An_image_of_another_platform_is_refused_for_the_wanted_one_and_taken_without_a_wish()
    {
        await registry.PushAsync("foreign", "latest", MadeImage.Of([Base], platform: "linux/s390x"));
        using var store = new OpenStore(_folder.Path);
        string name = $"{registry.Address}/foreign:latest";
        string text = $"image with reference {name} was found but does not provide the specified platform (linux/amd64): it has linux/s390x";
        var other = await Assert.ThrowsAsync<FaultException>(() => store.Service.PullAsync(ImageReference.Parse(name), new PullOptions { Platform = Platform.Parse("linux/amd64") }, new Progress(), default));
        Assert.Equal((text, FaultKind.NotFound), (other.Message, other.Kind));
        store.AssertEmpty();
        await store.Service.PullAsync(ImageReference.Parse(name), new PullOptions(), new Progress(), default);
        Assert.Equal(text, Assert.Throws<FaultException>(() => store.Service.Get(name, Platform.Parse("linux/amd64"))).Message);
    }

    [Fact]
    public async Task A_second_pull_is_up_to_date_and_fetches_nothing()
    {
        var made = MadeImage.Of([Base]);
        await registry.PushAsync("again", "latest", made);
        await using var proxy = new FaultyProxy(registry.Address, (_, _) => null);
        using var store = new OpenStore(_folder.Path);
        var name = ImageReference.Parse($"{proxy.Address}/again");
        await store.Service.PullAsync(name, new PullOptions(), new Progress(), default);
        proxy.Requests.Clear();

        var progress = new Progress();
        PullResult again = await store.Service.PullAsync(name, new PullOptions(), progress, default);

        Assert.Equal(PullOutcome.UpToDate, again.Outcome);
        Assert.Equal($"Status: Image is up to date for {proxy.Address}/again:latest", progress.Reports.Last().Status);
        Assert.StartsWith("HEAD /v2/again/manifests/latest ", Assert.Single(proxy.Requests));
    }

    [Fact]
    public async Task A_moved_tag_leaves_the_old_image_dangling_and_shares_its_layers()
    {
        MadeImage first = MadeImage.Of([Base]), second = MadeImage.Of([Base, Top]);
        await registry.PushAsync("moving", "latest", first);
        using var store = new OpenStore(_folder.Path);
        var name = ImageReference.Parse($"{registry.Address}/moving");
        await store.Service.PullAsync(name, new PullOptions(), new Progress(), default);
        await registry.PushAsync("moving", "latest", second);
        var progress = new Progress();

        PullResult moved = await store.Service.PullAsync(name, new PullOptions(), progress, default);

        Assert.Equal(["Already exists"], progress.Steps(first.LayerDigests[0].Hex[..12]));
        Assert.Equal(second.ConfigDigest, moved.Image.Id);
        Assert.Equal(first.ConfigDigest, Assert.Single(store.Service.List(new ImageFilter { Dangling = true })).Id);
        Assert.Equal(2, store.Snapshotter.Chains.Count);
        ImageDiskUsage usage = store.Service.DiskUsage();
        Assert.Equal(moved.Image.Layers[0].Size, usage.SharedSizes[first.ConfigDigest]);
        Assert.Equal(moved.Image.Size, usage.LayersSize);
    }

    [Fact]
    public async Task An_image_is_pulled_by_its_digest_without_a_tag()
    {
        var made = MadeImage.Of([Base]);
        await registry.PushAsync("digested", "v1", made);
        using var store = new OpenStore(_folder.Path);
        string name = $"{registry.Address}/digested@{made.Digest}";
        var progress = new Progress();
        PullResult result = await store.Service.PullAsync(ImageReference.Parse(name), new PullOptions(), progress, default);
        Assert.Equal(["Pulling from digested"], progress.Steps(name));
        Assert.Empty(result.Image.Tags);
        Assert.Same(result.Image, store.Service.Find(name));
        Assert.Same(result.Image, store.Service.Find(result.Image.Id.Hex[..5]));
        Assert.Same(result.Image, store.Service.Find(result.Image.Id.ToString()));
    }

    [Fact]
    public async Task All_tags_of_a_repository_are_pulled()
    {
        await registry.PushAsync("many", "a", MadeImage.Of([Base], label: "a"));
        await registry.PushAsync("many", "b", MadeImage.Of([Base], label: "b"));
        using var store = new OpenStore(_folder.Path);
        var progress = new Progress();
        await store.Service.PullAsync(ImageReference.Parse($"{registry.Address}/many"), new PullOptions { AllTags = true }, progress, default);
        Assert.Equal($"Status: Downloaded newer image for {registry.Address}/many", Assert.Single(progress.Steps(null), step => step.StartsWith("Status", StringComparison.Ordinal)));
        Assert.Equal(["a", "b"], store.Service.List().SelectMany(image => image.Tags).Select(tag => tag.Tag!).Order());
    }

    [Fact]
    public async Task A_pull_of_what_is_not_there_says_so_as_docker_does()
    {
        await registry.PushAsync("there", "latest", MadeImage.Of([Base]));
        using var store = new OpenStore(_folder.Path);
        var progress = new Progress();
        var unknown = await Assert.ThrowsAsync<FaultException>(() => store.Service.PullAsync(ImageReference.Parse($"{registry.Address}/there:nope"), new PullOptions(), progress, default));
        Assert.Empty(progress.Reports);
        Assert.Equal($"manifest for {registry.Address}/there:nope not found: manifest unknown: manifest unknown", unknown.Message);
        Assert.Equal(FaultKind.NotFound, unknown.Kind);

        string nobody = $"127.0.0.1:{Ports.Free()}";
        var refused = await Assert.ThrowsAsync<FaultException>(() => store.Service.PullAsync(ImageReference.Parse($"{nobody}/x"), new PullOptions(), new Progress(), default));
        Assert.Equal($"Get \"http://{nobody}/v2/\": dial tcp {nobody}: connect: connection refused", refused.Message);
        Assert.Equal("No such image: nothing:latest", Assert.Throws<FaultException>(() => store.Service.Get("nothing")).Message);
        store.AssertEmpty();
    }

    [Fact]
    public async Task Two_pulls_at_once_fetch_each_blob_once()
    {
        var made = MadeImage.Of([new Dictionary<string, string> { ["a"] = MadeImage.Noise(400_000) }, Top]);
        await registry.PushAsync("shared", "latest", made);
        var release = new TaskCompletionSource();
        await using var proxy = new FaultyProxy(registry.Address, (line, count) =>
            line.Contains(made.LayerDigests[0].ToString()) && count == 0 ? new Fault { CutAfter = 100_000, Stall = release.Task } : null);
        using var store = new OpenStore(_folder.Path);
        var name = ImageReference.Parse($"{proxy.Address}/shared");

        Task<PullResult> one = store.Service.PullAsync(name, new PullOptions(), new Progress(), default);
        Task<PullResult> two = store.Service.PullAsync(name, new PullOptions(), new Progress(), default);
        while (proxy.Requests.Count(head => head.StartsWith("GET /v2/shared/manifests", StringComparison.Ordinal)) < 2
            || !proxy.Requests.Any(head => head.Contains(made.LayerDigests[1].ToString()))) await Task.Delay(5);
        release.SetResult();
        await Task.WhenAll(one, two);

        // The first connection broke where it stalled; the rest came by a second one, for both.
        Assert.Equal(2, proxy.Requests.Count(head => head.Contains(made.LayerDigests[0].ToString())));
        Assert.Equal(1, proxy.Requests.Count(head => head.Contains(made.LayerDigests[1].ToString())));
        Assert.Equal("top", store.ReadFile((await one).Image, "etc/os"));
    }

    [Fact]
    public async Task A_cancelled_pull_leaves_only_what_the_next_one_goes_on_from()
    {
        var made = MadeImage.Of([Base, new Dictionary<string, string> { ["a"] = MadeImage.Noise(400_000) }]);
        await registry.PushAsync("cancelled", "latest", made);
        var never = new TaskCompletionSource();
        await using var proxy = new FaultyProxy(registry.Address, (line, _) => line.Contains(made.LayerDigests[1].ToString()) ? new Fault { CutAfter = 100_000, Stall = never.Task } : null);
        using var store = new OpenStore(_folder.Path);
        using var cancel = new CancellationTokenSource();
        Task pull = store.Service.PullAsync(ImageReference.Parse($"{proxy.Address}/cancelled"), new PullOptions(), new Progress(), cancel.Token);
        while (store.Snapshotter.Chains.Count == 0) await Task.Delay(5);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pull);
        never.SetResult();
        Assert.Empty(store.Service.List());
        Assert.Empty(store.Blobs);
        Assert.Empty(store.Snapshotter.Chains);
        Assert.Equal([made.LayerDigests[1].Hex], store.Partials);

        await using var open = new FaultyProxy(registry.Address, (_, _) => null);
        await store.Service.PullAsync(ImageReference.Parse($"{open.Address}/cancelled"), new PullOptions(), new Progress(), default);
        Assert.Contains(open.Requests, head => head.Contains(made.LayerDigests[1].ToString(), StringComparison.Ordinal) && head.Contains("Range: bytes=", StringComparison.OrdinalIgnoreCase));
        Assert.Empty(store.Partials);
    }

    [Fact]
    public async Task What_was_pulled_is_there_after_a_restart()
    {
        await registry.PushAsync("kept", "latest", MadeImage.Of([Base, Top]));
        string name = $"{registry.Address}/kept:latest";
        Image before;
        using (var store = new OpenStore(_folder.Path))
        {
            await store.Service.PullAsync(ImageReference.Parse(name), new PullOptions(), new Progress(), default);
            before = store.Service.Get(name);
        }
        using var again = new OpenStore(_folder.Path);
        Image after = again.Service.Get(name);
        Assert.Equal(before.Id, after.Id);
        Assert.Equal(before.Size, after.Size);
        Assert.Equal(before.Tags, after.Tags);
        Assert.Equal(before.RepoDigests, after.RepoDigests);
        Assert.Equal(before.LastTagged, after.LastTagged);
        Assert.Equal("top", again.ReadFile(after, "etc/os"));
    }

    [Fact]
    public async Task The_store_is_an_image_layout_that_skopeo_reads()
    {
        var made = MadeImage.Busybox(docker: true);
        await registry.PushAsync("busybox", "latest", made);
        using var store = new OpenStore(_folder.Path);
        await store.Service.PullAsync(ImageReference.Parse($"{registry.Address}/busybox"), new PullOptions(), new Progress(), default);
        Assert.Contains(made.LayerDigests[0].ToString(), await Tool.RunAsync("skopeo", "inspect", $"oci:{store.ImageRoot}:{registry.Address}/busybox:latest"));
        await Tool.RunAsync("skopeo", "copy", "-q", $"oci:{store.ImageRoot}:{registry.Address}/busybox:latest", $"docker-archive:{_folder["out.tar"]}:b:1");
    }
}
