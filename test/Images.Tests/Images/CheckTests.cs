using Sampan.Images.Tests.Harness;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests;

/// <summary>sampan image fsck.</summary>
public sealed class CheckTests(DebianRegistry registry) : IClassFixture<DebianRegistry>, IDisposable
{
    private static readonly Dictionary<string, string> Files = new() { ["a"] = MadeImage.Noise(90_000) };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("layer")]
    [InlineData("config")]
    [InlineData("manifest")]
    [InlineData("index")]
    public async Task A_flipped_byte_is_found_named_and_fetched_again(string role)
    {
        var made = MadeImage.Of([Files]);
        var index = MadeImage.Index(false, ("linux/amd64", made));
        await registry.PushAsync("check-" + role, "latest", index);
        using var store = new OpenStore(_folder.Path);
        string name = $"{registry.Address}/check-{role}";
        await store.Service.PullAsync(ImageReference.Parse(name), new PullOptions(), new Progress(), default);
        Assert.Equal((4, 0), await CheckAsync(store, false));

        Digest damaged = role switch { "layer" => made.LayerDigests[0], "config" => made.ConfigDigest, "manifest" => made.Digest, _ => index.Digest };
        string path = Path.Combine(store.ImageRoot, "blobs", "sha256", damaged.Hex);
        byte[] content = await File.ReadAllBytesAsync(path);
        byte[] flipped = [.. content];
        flipped[flipped.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, flipped);

        var found = new List<BlobProblem>();
        Assert.Equal((4, 1), await CheckAsync(store, false, found));
        BlobProblem problem = Assert.Single(found);
        Assert.Equal((damaged, $"is corrupt: its content has the digest {Digest.Of(flipped)}", $"{role} of {name}:latest", (string?)null), (problem.Digest, problem.What, problem.Owner, problem.Repaired));
        Assert.Equal(flipped, await File.ReadAllBytesAsync(path));

        found.Clear();
        Assert.Equal((4, 1), await CheckAsync(store, true, found));
        Assert.Equal("fetched again from " + name, Assert.Single(found).Repaired);
        Assert.Equal(content, await File.ReadAllBytesAsync(path));
        Assert.Equal((4, 0), await CheckAsync(store, false));

        File.Delete(path);
        found.Clear();
        await CheckAsync(store, true, found);
        Assert.Equal(("is missing", "fetched again from " + name), (Assert.Single(found).What, found[0].Repaired));
    }

    [Fact]
    public async Task What_no_registry_has_cannot_be_repaired_and_is_kept_as_it_is()
    {
        using var store = new OpenStore(_folder.Path);
        Image image = await store.Service.ImportAsync(new MemoryStream(MadeImage.TarOf(Files)), new ImportOptions(), default);
        string path = Path.Combine(store.ImageRoot, "blobs", "sha256", image.Layers[0].Blob.Digest.Hex);
        using (var file = File.OpenWrite(path)) file.SetLength(100);
        var found = new List<BlobProblem>();
        Assert.Equal((3, 1), await CheckAsync(store, true, found));
        Assert.Equal((null, "no registry is known to have it", $"layer of {image.Id.Hex[..12]}"), (Assert.Single(found).Repaired, found[0].WhyNot, found[0].Owner));

        store.Service.Tag(image.Id.ToString(), ImageReference.Parse($"{registry.Address}/nothing-there"));
        found.Clear();
        await CheckAsync(store, true, found);
        Assert.Contains("blob unknown", Assert.Single(found).WhyNot);
        Assert.Equal(100, new FileInfo(path).Length);
    }

    [Fact]
    public async Task Files_of_a_layer_that_were_changed_behind_our_back_are_named_and_unpacked_again()
    {
        var made = MadeImage.Of([Files, new Dictionary<string, string> { ["etc/"] = "", ["etc/passwd"] = "root", ["etc/group"] = "wheel", ["etc/mode"] = "", ["etc/owner"] = "", ["etc/xattr"] = "" }]);
        await registry.PushAsync("check-files", "latest", made);
        using var store = new OpenStore(_folder.Path);
        string name = $"{registry.Address}/check-files";
        Image image = (await store.Service.PullAsync(ImageReference.Parse(name), new PullOptions(), new Progress(), default)).Image;
        string etc;
        using (var layer = store.Snapshotter.OpenLayer(image.Layers[1].Chain)) etc = new FileInfo($"/proc/self/fd/{layer.DangerousGetHandle()}").LinkTarget + "/etc";
        DateTime time = File.GetLastWriteTimeUtc(etc + "/passwd"), folderTime = Directory.GetLastWriteTimeUtc(etc);
        using (var file = File.OpenWrite(etc + "/passwd")) file.Write("toor"u8);
        File.SetLastWriteTimeUtc(etc + "/passwd", time);   // only the content tells
        File.Delete(etc + "/group");
        File.WriteAllText(etc + "/more", "");
        File.SetUnixFileMode(etc + "/mode", UnixFileMode.UserRead | UnixFileMode.SetUser);
        await Tool.RunAsync("chown", "7:8", etc + "/owner");
        await Tool.RunAsync("setfattr", "-n", "user.more", "-v", "x", etc + "/xattr");
        Directory.SetLastWriteTimeUtc(etc, folderTime);

        var found = new List<BlobProblem>();
        await CheckAsync(store, false, found);
        BlobProblem problem = Assert.Single(found);
        Assert.Equal((image.Layers[1].DiffId, $"unpacked layer of {name}:latest", (string?)null), (problem.Digest, problem.Owner, problem.Repaired));
        Assert.Equal("differs from its blob: 'etc/group' is missing, 'etc/mode' has another mode: 4400 instead of 644, 'etc/owner' has another owner: 7:8 instead of 0:0, "
            + "'etc/passwd' has other content, 'etc/xattr' has other extended attributes, and more", problem.What);

        found.Clear();
        await CheckAsync(store, true, found, [new ImageUse(image.Id, "0123456789abcdef", Running: true)]);
        Assert.Equal("the running container 0123456789ab stands on it; stop it first", Assert.Single(found).WhyNot);
        found.Clear();
        await CheckAsync(store, true, found, [new ImageUse(image.Id, "0123456789abcdef", Running: false)]);
        Assert.Equal("unpacked again", Assert.Single(found).Repaired);
        found.Clear();
        await CheckAsync(store, false, found);
        Assert.Empty(found);
        Assert.Equal("root", store.ReadFile(image, "etc/passwd"));
        store.Service.Remove(name, new ImageRemoveOptions());
        store.AssertEmpty();
    }

    [Fact]
    public async Task Whiteouts_and_directories_that_no_layer_lists_are_no_faults()
    {
        await registry.PushAsync("check-whiteouts", "latest", MadeImage.Of([new Dictionary<string, string> { ["a/b/one"] = "1", ["a/b/two"] = "2", ["c/three"] = "3" },
            new Dictionary<string, string> { ["a/b/.wh.one"] = "", ["c/.wh..wh..opq"] = "", ["c/four"] = "4" }]));
        using var store = new OpenStore(_folder.Path);
        await store.Service.PullAsync(ImageReference.Parse($"{registry.Address}/check-whiteouts"), new PullOptions(), new Progress(), default);
        await Task.Delay(50);
        var found = new List<BlobProblem>();
        await CheckAsync(store, false, found);
        Assert.Empty(found);
    }

    [Fact]
    public async Task A_name_keeps_the_manifest_it_came_with()
    {
        byte[] tar = MadeImage.TarOf(Files);
        var zipped = MadeImage.Of([MadeImage.Gzip(tar)], [Digest.Of(tar)]);
        var plain = MadeImage.Of([tar], [Digest.Of(tar)]);
        Assert.Equal(zipped.ConfigDigest, plain.ConfigDigest);
        await registry.PushAsync("zipped", "latest", zipped);
        await registry.PushAsync("plain", "latest", plain);
        using (var store = new OpenStore(_folder.Path))
        {
            await store.Service.PullAsync(ImageReference.Parse($"{registry.Address}/zipped"), new PullOptions(), new Progress(), default);
            await store.Service.PullAsync(ImageReference.Parse($"{registry.Address}/plain"), new PullOptions(), new Progress(), default);
            store.Service.Tag($"{registry.Address}/plain", ImageReference.Parse($"{registry.Address}/again:1"));
        }
        using var reopened = new OpenStore(_folder.Path);
        Assert.Equal((5, 0), await CheckAsync(reopened, false));
        var pushed = new List<PushResult>();
        await reopened.Service.PushAsync(ImageReference.Parse($"{registry.Address}/again:1"), new PushOptions(), new Progress(), pushed.Add, default);
        Assert.Equal(plain.Digest, Assert.Single(pushed).Digest);
        reopened.Service.Remove($"{registry.Address}/again:1", new ImageRemoveOptions());
        reopened.Service.Remove($"{registry.Address}/plain", new ImageRemoveOptions());
        Assert.Equal((3, 0), await CheckAsync(reopened, false));
        Assert.Equal(3, reopened.Blobs.Count);
    }

    private static async Task<(int Blobs, int Problems)> CheckAsync(OpenStore store, bool repair, List<BlobProblem>? found = null, IEnumerable<ImageUse>? uses = null)
    {
        CheckResult result = await store.Service.CheckAsync(repair, _ => (RegistryAuth?)null, () => uses ?? [], new Collected(found ?? []), default);
        return (result.Blobs, result.Problems.Count);
    }

    private sealed class Collected(List<BlobProblem> found) : IProgress<BlobProblem>
    {
        public void Report(BlobProblem value) => found.Add(value);
    }
}
