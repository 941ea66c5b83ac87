using System.Formats.Tar;
using System.Text;
using Sampan.Faults;
using Sampan.Images.Tests.Harness;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests;

/// <summary>docker save, load and import.</summary>
public sealed class ArchiveTests : IDisposable
{
    private static readonly Dictionary<string, string> Base = new() { ["etc/"] = "", ["etc/os"] = "base" };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("docker-archive", "docker.io/library/made:v1")]
    [InlineData("oci-archive", "docker.io/library/made:v1")]
    public async Task An_archive_that_skopeo_wrote_is_loaded(string format, string name)
    {
        var made = MadeImage.Of([Base, new Dictionary<string, string> { ["b"] = "2" }]);
        made.WriteLayout(_folder["layout"]);
        await Tool.RunAsync("skopeo", "copy", "-q", $"oci:{_folder["layout"]}:latest", $"{format}:{_folder["a.tar"]}:{name}");
        using var store = new OpenStore(_folder["root"]);

        LoadedImage loaded = Assert.Single(await LoadAsync(store, _folder["a.tar"]));

        Assert.Equal("Loaded image: made:v1\n", loaded.Line);
        Assert.Equal(made.ConfigDigest, loaded.Image.Id);
        Assert.Equal("base", store.ReadFile(store.Service.Get("made:v1"), "etc/os"));
        if (format == "oci-archive") Assert.Equal(made.Digest, loaded.Image.Manifest.Digest);
    }

    [Fact]
    public async Task An_archive_without_names_is_loaded_by_id()
    {
        var made = MadeImage.Of([Base]);
        made.WriteLayout(_folder["layout"]);
        using var store = new OpenStore(_folder["root"]);
        LoadedImage loaded = Assert.Single(await LoadAsync(store, await TarOfAsync("layout", gzip: true)));
        Assert.Equal($"Loaded image ID: {made.ConfigDigest}\n", loaded.Line);
        Assert.True(loaded.Image.IsDangling);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_saved_image_is_read_by_skopeo_in_both_formats_and_loaded_again(bool docker)
    {
        MadeImage.Busybox().WriteLayout(_folder["layout"]);
        await Tool.RunAsync("skopeo", "copy", "-q", "--format", docker ? "v2s2" : "oci", $"oci:{_folder["layout"]}:latest", $"dir:{_folder["dir"]}");
        using var store = new OpenStore(_folder["root"]);
        Image image = await ImageFromAsync(store);
        store.Service.Tag(image.Id.ToString(), ImageReference.Parse("user/box:two"));
        await SaveAsync(store, "user/box", "box");

        Assert.Equal(image.Id.Hex, Image(await Tool.RunAsync("skopeo", "inspect", "--raw", $"docker-archive:{_folder["saved.tar"]}:user/box:two")));
        Assert.Equal(image.Id.Hex, Image(await Tool.RunAsync("skopeo", "inspect", "--raw", $"oci-archive:{_folder["saved.tar"]}:two")));
        await SaveAsync(store, "user/box", "box");
        byte[] first = await File.ReadAllBytesAsync(_folder["saved.tar"]);
        await SaveAsync(store, "user/box", "box");
        Assert.Equal(first, await File.ReadAllBytesAsync(_folder["saved.tar"]));

        using var other = new OpenStore(_folder["other"]);
        var loaded = await LoadAsync(other, _folder["saved.tar"]);
        Assert.Equal(["Loaded image: box:latest\n", "Loaded image: user/box:two\n"], loaded.Select(one => one.Line).Order());
        Assert.All(loaded, one => Assert.Equal(image.Id, one.Image.Id));
        Assert.Equal(image.Layers.Select(layer => layer.Blob.Digest), loaded[0].Image.Layers.Select(layer => layer.Blob.Digest));

        async Task<Image> ImageFromAsync(OpenStore into)
        {
            await Tool.RunAsync("skopeo", "copy", "-q", $"dir:{_folder["dir"]}", $"docker-archive:{_folder["a.tar"]}:box:latest");
            return (await LoadAsync(into, _folder["a.tar"])).Single().Image;
        }

        static string Image(string manifest) => System.Text.Json.JsonDocument.Parse(manifest).RootElement.GetProperty("config").GetProperty("digest").GetString()!["sha256:".Length..];
    }

    [Fact]
    public async Task Saving_what_is_not_there_writes_nothing()
    {
        using var store = new OpenStore(_folder["root"]);
        var target = new MemoryStream();
        var fault = await Assert.ThrowsAsync<FaultException>(() => store.Service.SaveAsync(["nothing:v1"], null, target, default));
        Assert.Equal("No such image: nothing:v1", fault.Message);
        Assert.Equal(0, target.Length);
    }

    [Fact]
    public async Task Links_of_old_archives_are_followed_inside_the_archive_only()
    {
        byte[] tar = MadeImage.TarOf(Base);
        byte[] config = MadeImage.Of([tar], [Digest.Of(tar)]).Blobs[0];
        string layer = Path.Combine("aa", "layer.tar");
        using var store = new OpenStore(_folder["root"]);
        var good = Archive(("aa/", null), (layer, tar), ("bb/layer.tar", "../aa/layer.tar"), ("c.json", config), ("manifest.json", Manifest("bb/layer.tar")));
        Assert.Equal("Loaded image: old:1\n", (await LoadAsync(store, good)).Single().Line);

        store.Service.Remove("old:1", new ImageRemoveOptions());   // or its layer would be taken from there
        var evil = Archive(("bb/layer.tar", "../../../../../../etc/passwd"), ("c.json", config), ("manifest.json", Manifest("bb/layer.tar")));
        var fault = await Assert.ThrowsAsync<FaultException>(() => LoadAsync(store, evil));
        Assert.Equal("invalid archive: manifest.json names 'bb/layer.tar', which is not in it", fault.Message);
        var loop = Archive(("a", "b"), ("b", "a"), ("c.json", config), ("manifest.json", Manifest("a")));
        await Assert.ThrowsAsync<FaultException>(() => LoadAsync(store, loop));

        static byte[] Manifest(string layer) => Encoding.UTF8.GetBytes($$"""[{"Config":"c.json","RepoTags":["old:1"],"Layers":["{{layer}}"]}]""");
    }

    [Fact]
    public async Task What_is_no_image_archive_is_refused_and_nothing_is_kept()
    {
        var made = MadeImage.Of([Base]);
        using var store = new OpenStore(_folder["root"]);
        string manifest = $$"""[{"Config":"c","RepoTags":["x"],"Layers":["l"]}]""";
        (string Why, byte[] Archive)[] cases =
        [
            ("does not contain a manifest.json", Archive(("a", "1"u8.ToArray()))),
            ("unexpected end", Archive(("a", new byte[100_000]))[..50_000]),
            ("", "no tar, just text, longer than a block of 512 bytes: ".PadRight(2000, 'x').Select(c => (byte)c).ToArray()),
            ("invalid archive", Archive(("manifest.json", "{"u8.ToArray()))),
            ("names 'c', which is not in it", Archive(("l", made.Blobs[1]), ("manifest.json", Encoding.UTF8.GetBytes(manifest)))),
            ("malformed image config", Archive(("l", made.Blobs[1]), ("c", "[]"u8.ToArray()), ("manifest.json", Encoding.UTF8.GetBytes(manifest)))),
            ("layers length mismatch", Archive(("l", made.Blobs[1]), ("c", "{}"u8.ToArray()), ("manifest.json", Encoding.UTF8.GetBytes(manifest)))),
            ("is null", Archive(("manifest.json", "[null]"u8.ToArray()))),
            ("is null", Archive(("index.json", """{"schemaVersion":2,"manifests":[null]}"""u8.ToArray()))),
            ("invalid archive", Archive(("manifest.json", """[{"Config":null,"Layers":null}]"""u8.ToArray()))),
            ("is corrupt", Archive(($"blobs/sha256/{made.LayerDigests[0].Hex}", "other"u8.ToArray()), ("manifest.json", "[]"u8.ToArray()))),
            ("invalid reference format", Archive(("l", made.Blobs[1]), ("c", made.Blobs[0]), ("manifest.json", Encoding.UTF8.GetBytes(manifest.Replace("\"x\"", "\"-x-\""))))),
        ];
        foreach (var (why, archive) in cases)
        {
            var fault = await Assert.ThrowsAnyAsync<FaultException>(() => LoadAsync(store, archive));
            Assert.Contains(why, fault.Message);
            store.AssertEmpty();
        }
    }

    [Fact]
    public async Task A_tar_is_imported_with_changes_to_its_config()
    {
        using var store = new OpenStore(_folder["root"]);
        Image image = await store.Service.ImportAsync(new MemoryStream(MadeImage.TarOf(Base)), new ImportOptions
        {
            Reference = ImageReference.Parse("imported"),
            Message = "by hand",
            Platform = Platform.Parse("linux/arm64"),
            Changes =
            [
                "CMD [\"nginx\", \"-g\", \"daemon off;\"]", "entrypoint exec top -b", "ENV A=1 B=\"two words\"", "ENV C three words", "ENV A=2", "EXPOSE 80 53/udp 8000-8001",
                "LABEL a.b=c \"d e\"='f g'", "USER nobody", "WORKDIR /srv", "WORKDIR www", "VOLUME /data [x]", "STOPSIGNAL SIGQUIT", "ONBUILD RUN true",
                "HEALTHCHECK --interval=1m30s --retries=3 CMD curl -f localhost",
            ],
        }, default);

        Assert.Equal("base", store.ReadFile(store.Service.Get("imported:latest"), "etc/os"));
        ExecutionConfig config = image.Config.Config!;
        Assert.Equal(["nginx", "-g", "daemon off;"], config.Cmd);
        Assert.Equal(["/bin/sh", "-c", "exec top -b"], config.Entrypoint);
        Assert.Equal(["A=2", "B=two words", "C=three words"], config.Env);
        Assert.Equal(["53/udp", "80/tcp", "8000/tcp", "8001/tcp"], config.ExposedPorts!.Keys.Order());
        Assert.Equal("f g", config.Labels!["d e"]);
        Assert.Equal("nobody", config.User);
        Assert.Equal("/srv/www", config.WorkingDir);
        Assert.Equal(["/data", "[x]"], config.Volumes!.Keys.Order());
        Assert.Equal("SIGQUIT", config.StopSignal);
        Assert.Equal(["RUN true"], config.OnBuild);
        Assert.Equal(["CMD-SHELL", "curl -f localhost"], config.Healthcheck!.Test);
        Assert.Equal(90_000_000_000, config.Healthcheck.Interval);
        Assert.Equal("arm64", image.Config.Architecture);
        Assert.Equal("by hand", store.Service.History("imported").Single().Comment);

        var refused = await Assert.ThrowsAsync<FaultException>(() => store.Service.ImportAsync(new MemoryStream(), new ImportOptions { Changes = ["RUN true"] }, default));
        Assert.Equal("RUN is not a valid change command", refused.Message);
    }

    [Theory]
    [InlineData("nope x", "nope is not a valid change command")]
    [InlineData("RUN x", "RUN is not a valid change command")]
    [InlineData("", "file with no instructions")]
    [InlineData("# a comment", "file with no instructions")]
    [InlineData("USER", "USER requires exactly one argument")]
    [InlineData("EXPOSE", "EXPOSE requires at least one argument")]
    [InlineData("ONBUILD FROM x", "FROM isn't allowed as an ONBUILD trigger")]
    [InlineData("ONBUILD ONBUILD RUN x", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")]
    [InlineData("HEALTHCHECK CMD", "Missing command after HEALTHCHECK CMD")]
    [InlineData("HEALTHCHECK --interval=1ns CMD x", "Interval \"interval\" cannot be less than 1ms")]
    [InlineData("HEALTHCHECK --timeout=soon CMD x", "time: invalid duration \"soon\"")]
    public async Task A_change_that_is_none_is_refused_in_dockerds_words(string change, string message)
    {
        using var store = new OpenStore(_folder.Path);
        var refused = await Assert.ThrowsAsync<FaultException>(() => store.Service.ImportAsync(new MemoryStream(MadeImage.TarOf(new Dictionary<string, string> { ["a"] = "" })), new ImportOptions { Changes = [change] }, default));
        Assert.Equal((FaultKind.InvalidArgument, message), (refused.Kind, refused.Message));
        store.AssertEmpty();
    }

    [Fact]
    public async Task A_change_may_have_several_lines_and_comments()
    {
        using var store = new OpenStore(_folder.Path);
        Image image = await store.Service.ImportAsync(new MemoryStream(MadeImage.TarOf(new Dictionary<string, string> { ["a"] = "" })),
            new ImportOptions { Changes = ["# what it is\nENV A=1 \\\n  B=2\n\nCMD [\"a\"]", "USER me"] }, default);
        Assert.Equal(["A=1", "B=2"], image.Config.Config!.Env!);
        Assert.Equal(["a"], image.Config.Config.Cmd!);
        Assert.Equal("me", image.Config.Config.User);
    }

    [Fact]
    public async Task A_layer_that_the_archive_leaves_out_is_taken_from_here_when_it_is_the_same_on_the_same_layers()
    {
        var made = MadeImage.Of([new Dictionary<string, string> { ["a"] = "1" }, new Dictionary<string, string> { ["b"] = "2" }]);
        using var store = new OpenStore(_folder["one"]);
        byte[] whole = ArchiveOf(made, 0, 1), difference = ArchiveOf(made, 1);
        var missing = await Assert.ThrowsAsync<FaultException>(() => store.Service.LoadAsync(new MemoryStream(difference), null, new Progress(), default));
        Assert.Equal("invalid archive: manifest.json names 'layer0', which is not in it", missing.Message);
        store.AssertEmpty();
        await store.Service.LoadAsync(new MemoryStream(whole), null, new Progress(), default);
        Image image = Assert.Single(await store.Service.LoadAsync(new MemoryStream(difference), null, new Progress(), default)).Image;
        Assert.Equal(("1", "2"), (store.ReadFile(image, "a"), store.ReadFile(image, "b")));

        static byte[] ArchiveOf(MadeImage made, params int[] layers)
        {
            var tar = new MemoryStream();
            using (var writer = new System.Formats.Tar.TarWriter(tar, leaveOpen: true))
            {
                void Add(string name, byte[] content) => writer.WriteEntry(new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
                Add("config.json", made.Blobs[0]);
                foreach (int layer in layers) Add($"layer{layer}", made.Blobs[1 + layer]);
                Add("manifest.json", """[{"Config":"config.json","RepoTags":["diff:1"],"Layers":["layer0","layer1"]}]"""u8.ToArray());
            }
            return tar.ToArray();
        }
    }

    [Fact]
    public async Task A_damaged_tar_is_not_imported()
    {
        using var store = new OpenStore(_folder["root"]);
        byte[] tar = MadeImage.TarOf(new Dictionary<string, string> { ["a"] = MadeImage.Noise(100_000) });
        await Assert.ThrowsAnyAsync<FaultException>(() => store.Service.ImportAsync(new MemoryStream(tar[..50_000]), new ImportOptions(), default));
        store.AssertEmpty();
    }

    private static async Task<IReadOnlyList<LoadedImage>> LoadAsync(OpenStore store, string path)
    {
        await using var archive = File.OpenRead(path);
        return await store.Service.LoadAsync(archive, null, new Progress(), default);
    }

    private static Task<IReadOnlyList<LoadedImage>> LoadAsync(OpenStore store, byte[] archive) => store.Service.LoadAsync(new MemoryStream(archive), null, new Progress(), default);

    private async Task SaveAsync(OpenStore store, params string[] names)
    {
        await using var target = File.Create(_folder["saved.tar"]);
        await store.Service.SaveAsync(names, null, target, default);
    }

    private async Task<string> TarOfAsync(string folder, bool gzip)
    {
        await Tool.RunAsync("tar", gzip ? "-czf" : "-cf", _folder["packed.tar"], "-C", _folder[folder], ".");
        return _folder["packed.tar"];
    }

    /// <summary>Files (bytes), links (text) and folders (null).</summary>
    private static byte[] Archive(params (string Name, object? Content)[] entries)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                writer.WriteEntry(content switch
                {
                    byte[] bytes => new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) },
                    string target => new UstarTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target },
                    _ => new UstarTarEntry(TarEntryType.Directory, name),
                });
            }
        }
        return tar.ToArray();
    }
}
