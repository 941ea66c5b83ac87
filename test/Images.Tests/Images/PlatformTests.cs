using Sampan.Faults;
using Sampan.Images.Tests.Harness;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests;

/// <summary>Names that mean an index: which of its platforms are here, and what becomes of the rest.</summary>
public sealed class PlatformTests(DebianRegistry registry) : IClassFixture<DebianRegistry>, IDisposable
{
    private static readonly Platform Amd64 = Platform.Parse("linux/amd64"), Arm64 = Platform.Parse("linux/arm64");
    private static readonly MadeImage Amd = MadeImage.Of([new Dictionary<string, string> { ["arch"] = "amd64" }], label: "amd64");
    private static readonly MadeImage Arm = MadeImage.Of([new Dictionary<string, string> { ["arch"] = "arm64" }], platform: "linux/arm64", label: "arm64");
    private static readonly MadeImage S390x = MadeImage.Of([new Dictionary<string, string> { ["arch"] = "s390x" }], platform: "linux/s390x", label: "s390x");
    private static readonly MadeImage Three = MadeImage.Index(docker: false, ("linux/amd64", Amd), ("linux/arm64", Arm), ("linux/s390x", S390x));
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Several_platforms_of_a_name_are_kept_and_the_one_pulled_last_is_what_it_means()
    {
        using var store = new OpenStore(_folder.Path);
        string name = await PullAsync(store, "three", Three, null, Arm64);

        Image image = Assert.Single(store.Service.List());
        Assert.Equal("arm64", Label(image));
        Assert.Equal(("amd64", "arm64"), (Label(store.Service.Get(name, Amd64)), Label(store.Service.Get(name, Arm64))));
        Assert.Equal("amd64", store.ReadFile(store.Service.Get(name, Amd64), "arch"));
        Assert.Equal(image.Tags, store.Service.Get(name, Amd64).Tags);
        var missing = Assert.Throws<FaultException>(() => store.Service.Get(name, Platform.Parse("linux/s390x")));
        Assert.Equal($"image with reference {name} was found but does not provide the specified platform (linux/s390x): it has linux/arm64, linux/amd64", missing.Message);
        var manifests = store.Service.Manifests(image);
        Assert.Equal(Three.Digest, manifests.Target.Digest);
        Assert.Equal([(true, "linux/amd64"), (true, "linux/arm64"), (false, "linux/s390x")], manifests.Parts.Select(part => (part.Available, part.Descriptor.Platform!.ToString())));

        PullResult back = await store.Service.PullAsync(ImageReference.Parse(name), new PullOptions { Platform = Amd64 }, new Progress(), default);
        Assert.Equal(("amd64", PullOutcome.Downloaded), (Label(back.Image), back.Outcome));
        Assert.Equal("amd64", Label(Assert.Single(store.Service.List())));
    }

    [Fact]
    public async Task They_are_there_after_a_restart_also_in_a_store_of_the_time_before_indexes_were_kept()
    {
        string name;
        using (var store = new OpenStore(_folder.Path)) name = await PullAsync(store, "restart", Three, null, Arm64);
        using (var store = new OpenStore(_folder.Path)) Assert.Equal(("amd64", "arm64"), (Label(store.Service.Get(name, Amd64)), Label(store.Service.Get(name))));
        Directory.Delete(Path.Combine(_folder["image"], "references", "_indexes"), recursive: true);
        using var old = new OpenStore(_folder.Path);
        Assert.Equal("arm64", Label(old.Service.Get(name, Arm64)));
        Assert.Equal(2, old.Service.List().Count);   // the other one is an image without a name, as it was then
        await PullAsync(old, "restart", Three, Amd64);
        Assert.Equal(("amd64", "arm64"), (Label(old.Service.Get(name, Amd64)), Label(old.Service.Get(name, Arm64))));
    }

    [Fact]
    public async Task Removing_the_name_removes_all_its_platforms_and_removing_a_platform_leaves_the_others()
    {
        using var store = new OpenStore(_folder.Path);
        string name = await PullAsync(store, "remove", Three, null, Arm64);
        Image arm = store.Service.Get(name, Arm64);
        var removals = store.Service.Remove(name, new ImageRemoveOptions { Platform = Arm64 });
        Assert.Equal([arm.Id.ToString(), arm.Layers[0].Chain.ToString()], removals.Select(removal => removal.DeletedText));
        Assert.Equal("amd64", Label(store.Service.Get(name)));
        Assert.Equal([true, false, false], store.Service.Manifests(store.Service.Get(name)).Parts.Select(part => part.Available));

        await PullAsync(store, "remove", Three, Arm64);
        store.Service.Tag(name, ImageReference.Parse("kept:arm"));
        store.Service.Remove(name, new ImageRemoveOptions());
        Assert.Equal(("amd64", "arm64"), (Label(store.Service.Get("kept:arm", Amd64)), Label(store.Service.Get("kept:arm"))));
        store.Service.Remove("kept:arm", new ImageRemoveOptions());
        store.AssertEmpty();
    }

    [Fact]
    public async Task A_name_one_of_whose_platforms_a_container_uses_is_kept()
    {
        using var store = new OpenStore(_folder.Path);
        string name = await PullAsync(store, "used", Three, Arm64, null);
        Image arm = store.Service.Get(name, Arm64);
        var options = new ImageRemoveOptions { Uses = () => [new ImageUse(arm.Id, new string('c', 64), false)] };
        Assert.Equal($"conflict: unable to remove repository reference \"{name}\" (must force) - container cccccccccccc is using its referenced image {arm.Id.Hex[..12]}",
            Assert.Throws<FaultException>(() => store.Service.Remove(name, options)).Message);
        Assert.Equal(FaultKind.Conflict, Assert.Throws<FaultException>(() => store.Service.Remove(name, options with { Platform = Arm64 })).Kind);
    }

    [Fact]
    public async Task An_index_that_is_all_here_is_pushed_with_the_digest_it_came_with()
    {
        foreach (bool docker in (bool[])[false, true])
        {
            MadeImage amd = MadeImage.Of([new Dictionary<string, string> { ["a"] = "1" }], docker), arm = MadeImage.Of([new Dictionary<string, string> { ["a"] = "2" }], docker, "linux/arm64");
            var two = MadeImage.Index(docker, ("linux/amd64", amd), ("linux/arm64", arm));
            using var store = new OpenStore(_folder[$"{docker}"]);
            string name = await PullAsync(store, docker ? "whole-list" : "whole-index", two, Arm64, null);
            var target = ImageReference.Parse($"{registry.Address}/{(docker ? "pushed-list" : "pushed-index")}:v1");
            store.Service.Tag(name, target);
            PushResult pushed = await store.PushAsync(target);
            Assert.Equal(new PushResult("v1", two.Digest, two.Manifest.Length), pushed);
            Assert.Equal(System.Text.Encoding.UTF8.GetString(two.Manifest), (await Tool.RunAsync("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{target}")).Trim());
            await Tool.RunAsync("skopeo", "copy", "-q", "--all", "--src-tls-verify=false", $"docker://{target}", $"dir:{_folder[$"dir-{docker}"]}");
        }
    }

    [Fact]
    public async Task Of_an_index_that_is_not_all_here_the_manifest_is_pushed_and_that_is_said()
    {
        using var store = new OpenStore(_folder.Path);
        string name = await PullAsync(store, "part", Three, Arm64, null);
        var target = ImageReference.Parse($"{registry.Address}/pushed-part:v1");
        store.Service.Tag(name, target);
        PushResult pushed = await store.PushAsync(target);
        Assert.Equal((Amd.Digest, Three.Digest, Amd.Digest), (pushed.Digest, pushed.Instead!.Index.Digest, pushed.Instead.Manifest.Digest));
        pushed = await store.PushAsync(target, new PushOptions { Platform = Arm64 });
        Assert.Equal((Arm.Digest, null), (pushed.Digest, pushed.Instead));
        Assert.Equal("arm64", Label((await store.Service.PullAsync(target with { }, new PullOptions(), new Progress(), default)).Image));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_saved_index_is_loaded_with_all_its_platforms_and_digests(bool docker)
    {
        MadeImage amd = MadeImage.Of([new Dictionary<string, string> { ["arch"] = "amd64" }], docker, label: "amd64"), arm = MadeImage.Of([new Dictionary<string, string> { ["arch"] = "arm64" }], docker, "linux/arm64", label: "arm64");
        var two = MadeImage.Index(docker, ("linux/amd64", amd), ("linux/arm64", arm));
        using var store = new OpenStore(_folder["first"]);
        string name = await PullAsync(store, docker ? "save-list" : "save-index", two, Arm64, null);
        await SaveAsync(store, null, name);

        using var other = new OpenStore(_folder["second"]);
        LoadedImage loaded = Assert.Single(await LoadAsync(other, null));
        Assert.Equal(("amd64", $"Loaded image: {name}\n"), (Label(loaded.Image), loaded.Line));
        Assert.Equal("arm64", other.ReadFile(other.Service.Get(name, Arm64), "arch"));
        Assert.Equal(two.Digest, other.Service.Manifests(loaded.Image).Target.Digest);
        Assert.Equal(arm.Digest, other.Service.Get(name, Arm64).Manifest.Digest);

        string tag = name.Split(':')[^1];
        foreach (string arch in (string[])["amd64", "arm64"])
            Assert.Contains($"\"test\":\"{arch}\"", await Tool.RunAsync("skopeo", "inspect", "--config", "--raw", "--override-arch", arch, $"oci-archive:{_folder["saved.tar"]}:{tag}"));
        if (!docker) await Tool.RunAsync("skopeo", "copy", "-q", "--all", $"oci-archive:{_folder["saved.tar"]}:{tag}", $"dir:{_folder["dir"]}");
        await Tool.RunAsync("skopeo", "copy", "-q", $"docker-archive:{_folder["saved.tar"]}:{name}", $"dir:{_folder["dir2"]}");

        await SaveAsync(store, Arm64, name);
        using var third = new OpenStore(_folder["third"]);
        Assert.Equal("arm64", Label(Assert.Single(await LoadAsync(third, null)).Image));
        Assert.Throws<FaultException>(() => third.Service.Get(name, Amd64));
        var absent = await Assert.ThrowsAsync<FaultException>(() => SaveAsync(store, Platform.Parse("linux/s390x"), name));
        Assert.StartsWith("no suitable export target found for platform linux/s390x: ", absent.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_of_an_index_that_skopeo_wrote_is_loaded_with_all_its_platforms_or_the_one_wanted()
    {
        Three.WriteLayout(_folder["layout"]);
        await Tool.RunAsync("skopeo", "copy", "-q", "--all", $"oci:{_folder["layout"]}:latest", $"oci-archive:{_folder["saved.tar"]}:made:v1");
        using var store = new OpenStore(_folder["root"]);
        LoadedImage loaded = Assert.Single(await LoadAsync(store, null));
        Assert.Equal(("amd64", "made:v1"), (Label(loaded.Image), loaded.Reference!.FamiliarString));
        Assert.Equal(Three.Digest, store.Service.Manifests(loaded.Image).Target.Digest);
        Assert.All(store.Service.Manifests(loaded.Image).Parts, part => Assert.True(part.Available));

        using var one = new OpenStore(_folder["one"]);
        Assert.Equal("arm64", Label(Assert.Single(await LoadAsync(one, Arm64)).Image));
        Assert.Equal([false, true, false], one.Service.Manifests(one.Service.Get("made:v1")).Parts.Select(part => part.Available));
        var none = await Assert.ThrowsAsync<FaultException>(() => LoadAsync(one, Platform.Parse("linux/riscv64")));
        Assert.Equal("no matching manifest for linux/riscv64 in the manifest list entries: it has linux/amd64, linux/arm64, linux/s390x", none.Message);
    }

    [Fact]
    public async Task An_image_for_another_system_is_pulled_kept_saved_loaded_and_pushed_with_its_digest()
    {
        var windows = MadeImage.Of([new Dictionary<string, string> { ["Files/"] = "", ["Files/hello.txt"] = "hello", ["Hives/"] = "" }], platform: "windows/amd64");
        var index = MadeImage.Index(false, ("linux/amd64", MadeImage.Busybox()), ("windows/amd64", windows));
        await registry.PushAsync("systems", "latest", index);
        using var store = new OpenStore(_folder["first"]);
        var name = ImageReference.Parse($"{registry.Address}/systems:latest");
        PullResult pulled = await store.Service.PullAsync(name, new PullOptions { Platform = Platform.Parse("windows/amd64") }, new Progress(), default);
        Assert.Equal((windows.ConfigDigest, index.Digest, "windows"), (pulled.Image.Id, pulled.Digest, pulled.Image.Config.Platform.Os));
        Assert.Equal("hello", store.ReadFile(pulled.Image, "Files/hello.txt"));
        await store.Service.PullAsync(name, new PullOptions(), new Progress(), default);
        Assert.Equal("linux", store.Service.Get(name.FamiliarString).Config.Platform.Os);
        var target = ImageReference.Parse($"{registry.Address}/systems-copy:latest");
        store.Service.Tag(name.FamiliarString, target);
        Assert.Equal(index.Digest, (await store.PushAsync(target)).Digest);

        var archive = new MemoryStream();
        await store.Service.SaveAsync([name.FamiliarString], Platform.Parse("windows/amd64"), archive, default);
        archive.Position = 0;
        using var other = new OpenStore(_folder["second"]);
        Assert.Equal(windows.ConfigDigest, Assert.Single(await other.Service.LoadAsync(archive, null, new Progress(), default)).Image.Id);
    }

    [Fact]
    public async Task An_index_that_says_nothing_of_platforms_is_chosen_from_by_the_configs()
    {
        using var store = new OpenStore(_folder.Path);
        string name = await PullAsync(store, "silent", MadeImage.Index(false, ("linux/s390x", S390x), ("linux/arm64", Arm), ("linux/amd64", Amd)).WithoutPlatforms(), null, Arm64);
        Assert.Equal(("amd64", "arm64"), (Label(store.Service.Get(name, Amd64)), Label(store.Service.Get(name))));
        var nested = MadeImage.Index(false).With(Three, new Dictionary<string, string>(), unknownPlatform: false);
        name = await PullAsync(store, "nested", nested, (Platform?)null);
        Assert.Equal(("amd64", nested.Digest), (Label(store.Service.Get(name)), store.Service.Get(name).RepoDigests.Single(digest => digest.Path == "nested").Digest!.Value));
    }

    private async Task<string> PullAsync(OpenStore store, string repository, MadeImage image, params Platform?[] platforms)
    {
        await registry.PushAsync(repository, "latest", image);
        var name = ImageReference.Parse($"{registry.Address}/{repository}:latest");
        foreach (var platform in platforms) await store.Service.PullAsync(name, new PullOptions { Platform = platform }, new Progress(), default);
        return name.FamiliarString;
    }

    private async Task SaveAsync(OpenStore store, Platform? platform, params string[] names)
    {
        await using var target = File.Create(_folder["saved.tar"]);
        await store.Service.SaveAsync(names, platform, target, default);
    }

    private async Task<IReadOnlyList<LoadedImage>> LoadAsync(OpenStore store, Platform? platform)
    {
        await using var archive = File.OpenRead(_folder["saved.tar"]);
        return await store.Service.LoadAsync(archive, platform, new Progress(), default);
    }

    private static string Label(Image image) => image.Config.Config!.Labels!["test"];
}
