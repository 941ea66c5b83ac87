using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>Images made of containers, sent to registries and checked, with the stock docker CLI and with ours.</summary>
public sealed class ImageMakingTests(ImageMakingFixture fixture) : IClassFixture<ImageMakingFixture>
{
    private readonly Registry _registry = fixture.Registry;

    private Engine Engine => fixture.Engine;

    private Task<CommandResult> SampanAsync(params IEnumerable<string> arguments) =>
        Command.RunAsync([Repository.Sampan, .. arguments], null, new Dictionary<string, string> { ["DOCKER_HOST"] = Engine.Address });

    [Fact]
    public async Task A_running_container_is_committed_without_what_the_engine_made_in_it()
    {
        (await Engine.DockerAsync("run", "-d", "--name", "work", "busybox", "sh", "-c", "mkdir -p /made; echo text > /made/file; rm /bin/true; echo ready; sleep 1000")).Succeeded();
        (await Engine.TypedAsync("until docker logs work | grep -q ready; do :; done")).Succeeded();
        string id = (await Engine.DockerAsync("commit", "-m", "by hand", "-a", "ann", "-c", "CMD [\"cat\", \"/made/file\"]", "work", "made:1")).Succeeded().Line;
        Assert.Equal("running", await Engine.InspectAsync("work", "{{.State.Status}}"));
        Assert.Equal("text", (await Engine.DockerAsync("run", "--rm", "made:1")).Succeeded().Line);
        (await Engine.DockerAsync("run", "--rm", "made:1", "/bin/true")).Exited(127);
        Assert.Equal(await Engine.InspectAsync("busybox", "{{.Id}}"), await Engine.InspectAsync("made:1", "{{.Parent}}"));
        Assert.Equal($"{id} ann", await Engine.InspectAsync("made:1", "{{.Id}} {{.Author}}"));
        string files = (await Engine.TypedAsync("d=$(mktemp -d) && docker save made:1 | tar -C $d -x && for f in $d/blobs/sha256/*; do gzip -dc $f 2>/dev/null | tar -t 2>/dev/null | grep -x made/file >/dev/null && gzip -dc $f | tar -t; done; rm -r $d")).Succeeded().Output;
        Assert.Equal("bin/\nbin/.wh.true\nmade/\nmade/file\n", files);
        Assert.Contains("dependent child images", (await Engine.DockerAsync("rmi", "-f", await Engine.InspectAsync("busybox", "{{.Id}}"))).Exited(1).Error);
        (await Engine.DockerAsync("rm", "-f", "work")).Succeeded();

        Assert.Equal(64, (await Engine.DockerAsync("create", "--name", "still", "busybox")).Succeeded().Line.Length);
        string empty = (await SampanAsync("commit", "still", "empty")).Succeeded().Line;
        Assert.Equal("1", await Engine.InspectAsync(empty, "{{len .RootFS.Layers}}"));
        (await Engine.DockerAsync("rm", "still")).Succeeded();
        (await Engine.DockerAsync("rmi", "empty", "made:1")).Succeeded();
    }

    [Fact]
    public async Task All_tags_are_pushed_and_the_digests_are_what_another_tool_sees()
    {
        foreach (string tag in (string[])["a", "b"]) (await Engine.DockerAsync("tag", "busybox", $"{_registry.Name}/many:{tag}")).Succeeded();
        CommandResult pushed = (await Engine.DockerAsync("push", "-a", $"{_registry.Name}/many")).Succeeded();
        Assert.Contains($"The push refers to repository [{_registry.Name}/many]", pushed.Output);
        string digest = (await Engine.Host.RunAsync("skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}", $"docker://{_registry.Name}/many:b")).Succeeded().Line;
        Assert.Contains($"b: digest: {digest} size:", pushed.Output);
        Assert.Equal($"docker.io/{_registry.Name}/many:a"["docker.io/".Length..], (await SampanAsync("push", "-q", $"{_registry.Name}/many:a")).Succeeded().Line);
        Assert.Contains(digest, (await Command.RunAsync(["curl", "-s", "--unix-socket", Engine.Socket, $"http://d/distribution/{_registry.Name}/many:a/json"])).Succeeded().Output);
        (await Engine.DockerAsync("push", "--platform", "linux/s390x", $"{_registry.Name}/many:a")).Exited(1);
        (await Engine.TypedAsync($"docker rmi {_registry.Name}/many:a {_registry.Name}/many:b")).Succeeded();
    }

    [Fact]
    public async Task Saved_and_exported_files_go_back_in()
    {
        string folder = Engine.Host.Folder;
        (await SampanAsync("save", "-o", folder + "/saved.tar", "busybox")).Succeeded();
        Assert.Equal("Loaded image: busybox:latest", (await SampanAsync("load", "-q", "-i", folder + "/saved.tar")).Succeeded().Line);
        (await Engine.DockerAsync("create", "--name", "toexport", "busybox")).Succeeded();
        (await SampanAsync("export", "-o", folder + "/exported.tar", "toexport")).Succeeded();
        Assert.StartsWith("sha256:", (await SampanAsync("import", "-c", "CMD [\"echo\", \"in\"]", folder + "/exported.tar", "exported:1")).Succeeded().Line, StringComparison.Ordinal);
        Assert.Equal("in", (await Engine.DockerAsync("run", "--rm", "exported:1")).Succeeded().Line);
        (await Engine.TypedAsync("docker rm toexport; docker rmi exported:1")).Succeeded();
    }

    [Fact]
    public async Task A_flipped_byte_is_found_and_fetched_again()
    {
        string name = $"{_registry.Name}/checked:1";
        (await Engine.TypedAsync($"docker run --name filled busybox dd if=/dev/urandom of=/noise bs=1k count=200 && docker commit filled {name} && docker rm filled && docker push -q {name}")).Succeeded();
        string layer = (await Engine.TypedAsync($"docker save {name} | tar -xO manifest.json | grep -o 'blobs/sha256/[0-9a-f]*' | tail -1")).Succeeded().Line;
        string path = Path.Combine(Engine.DataRoot, "image", layer);
        Assert.Contains(": 0 damaged, 0 repaired", (await SampanAsync("image", "fsck")).Succeeded().Line);
        (await Command.RunAsync(["sh", "-c", $"printf '\\377\\377' | dd of={path} bs=1 seek=5000 conv=notrunc"])).Succeeded();
        CommandResult found = (await SampanAsync("image", "fsck")).Exited(1);
        Assert.Contains($"sha256:{Path.GetFileName(path)} (layer of {name}) is corrupt", found.Output);
        Assert.Contains("1 blobs or layers are damaged; --repair fetches or unpacks them again", found.Error);
        Assert.Contains($"fetched again from {_registry.Name}/checked", (await SampanAsync("image", "fsck", "--repair")).Succeeded().Output);
        Assert.Contains(": 0 damaged, 0 repaired", (await SampanAsync("image", "fsck")).Succeeded().Line);
        (await Engine.DockerAsync("rmi", name)).Succeeded();
    }

    [Fact]
    public async Task Images_are_shown_as_a_tree()
    {
        CommandResult tree = (await Engine.DockerAsync("images", "--tree")).Succeeded();
        Assert.Contains("busybox:latest", tree.Output);
        Assert.Contains("linux/amd64", tree.Output);
    }
}

/// <summary>One engine with the busybox image and one registry beside it, shared by the tests of a class.</summary>
public sealed class ImageMakingFixture : IAsyncLifetime
{
    private readonly EngineFixture _engine = new();

    public Engine Engine => _engine.Engine;

    public Registry Registry { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await _engine.InitializeAsync();
        await (Registry = new Registry(Engine.Host, 5600)).StartAsync();
    }

    public async Task DisposeAsync()
    {
        await Registry.DisposeAsync();
        await _engine.DisposeAsync();
    }
}
