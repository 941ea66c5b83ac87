using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

public sealed class ImageTests : IAsyncLifetime
{
    private Engine _engine = null!;
    private Registry _registry = null!;

    public async Task InitializeAsync()
    {
        _engine = await Engine.StartAsync();
        _registry = new Registry(_engine.Host, 5000);
        await _registry.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _engine.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pulled_image_runs(bool dockerSchema2)
    {
        string name = $"{_registry.Name}/tools/busybox:1";
        await _registry.PushAsync("busybox", "tools/busybox:1", dockerSchema2);
        CommandResult pull = (await _engine.DockerAsync("pull", name)).Succeeded();
        Assert.Contains("1: Pulling from tools/busybox\n", pull.Output);
        Assert.Contains(": Pull complete", pull.Output);
        Assert.Contains("Digest: sha256:", pull.Output);
        Assert.Contains($"Status: Downloaded newer image for {name}\n{name}\n", pull.Output);
        Assert.Equal("hello", (await _engine.DockerAsync("run", "--rm", name, "echo", "hello")).Succeeded().Line);

        CommandResult again = (await _engine.DockerAsync("pull", name)).Succeeded();
        Assert.Contains($"Status: Image is up to date for {name}\n", again.Output);
    }

    [Fact]
    public async Task Run_pulls_what_is_missing_and_says_so()
    {
        string name = $"{_registry.Name}/busybox:latest";
        await _registry.PushAsync("busybox", "busybox:latest");
        CommandResult run = (await _engine.DockerAsync("run", "--rm", name, "true")).Succeeded();
        Assert.StartsWith($"Unable to find image '{name}' locally\n", run.Error);
        Assert.Contains("Status: Downloaded newer image", run.Error);
    }

    [Fact]
    public async Task A_pull_by_digest_gets_just_that_manifest()
    {
        await _registry.PushAsync("busybox", "busybox:d");
        string digest = (await _engine.Host.RunAsync("skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}", $"docker://{_registry.Name}/busybox:d")).Succeeded().Line;
        (await _engine.DockerAsync("pull", $"{_registry.Name}/busybox@{digest}")).Succeeded();
        Assert.Equal($"[{_registry.Name}/busybox@{digest}]", await _engine.InspectAsync($"{_registry.Name}/busybox@{digest}", "{{.RepoDigests}}"));
    }

    /// <summary>SPECIFICATION: peak memory. VmHWM is the most that was resident at once, pages of the program included. proc_pid_status(5)</summary>
    [Fact]
    public async Task A_daemon_that_pulls_saves_loads_pushes_and_removes_time_and_again_never_takes_more_than_60_megabytes()
    {
        string name = $"{_registry.Name}/debian:again", archive = Path.Combine(_engine.Host.Folder, "again.tar");
        await _registry.PushAsync("debian", "debian:again");
        for (int i = 0; i < 3; i++)
        {
            foreach (string[] work in (string[][])[["pull", "-q", name], ["run", "--rm", name, "true"], ["save", "-o", archive, name], ["rmi", name], ["load", "-q", "-i", archive], ["push", "-q", name], ["rmi", name]])
                (await _engine.DockerAsync(work)).Succeeded();
        }
        string peak = (await Command.RunAsync(["awk", "/^VmHWM:/ { print $2 }", $"/proc/{_engine.DaemonPid}/status"])).Line;
        Assert.InRange(int.Parse(peak, System.Globalization.CultureInfo.InvariantCulture) * 1024L, 1, 60_000_000);
    }

    [Fact]
    public async Task Pulling_an_unknown_tag_says_manifest_unknown()
    {
        await _registry.PushAsync("busybox", "busybox:known");
        CommandResult pull = (await _engine.DockerAsync("pull", $"{_registry.Name}/busybox:unknown")).Exited(1);
        Assert.Contains("manifest unknown", pull.Error);
    }

    [Fact]
    public async Task Pulling_for_a_platform_the_image_lacks_names_the_platform()
    {
        await _registry.PushAsync("busybox", "busybox:amd64");
        CommandResult pull = (await _engine.DockerAsync("pull", "--platform", "linux/s390x", $"{_registry.Name}/busybox:amd64")).Exited(1);
        Assert.Contains("linux/s390x", pull.Error);
    }

    [Fact]
    public async Task A_registry_that_does_not_listen_is_a_clear_error()
    {
        CommandResult pull = (await _engine.DockerAsync("pull", "127.0.0.1:5999/busybox")).Exited(1);
        Assert.Contains("connection refused", pull.Error);
    }

    [Fact]
    public async Task A_corrupt_layer_is_refused_by_digest_and_nothing_is_kept()
    {
        await _registry.PushAsync("busybox", "busybox:corrupt");
        string layer = (await _engine.Host.ShellAsync($"curl -s -H 'Accept: application/vnd.oci.image.manifest.v1+json' http://{_registry.Name}/v2/busybox/manifests/corrupt | jq -r '.layers[0].digest'")).Succeeded().Line;
        string hex = layer["sha256:".Length..];
        string blob = Path.Combine(_engine.Host.Folder, "registry-5000/docker/registry/v2/blobs/sha256", hex[..2], hex, "data");
        byte[] bytes = await File.ReadAllBytesAsync(blob);
        bytes[bytes.Length / 2] ^= 0x40;
        await File.WriteAllBytesAsync(blob, bytes);

        string before = (await Command.RunAsync(["sh", "-c", $"cd {_engine.DataRoot} && find . -type f | grep -v -e daemon.lock -e index.json | sort"])).Output;
        CommandResult pull = (await _engine.DockerAsync("pull", $"{_registry.Name}/busybox:corrupt")).Exited(1);
        Assert.Contains(layer, pull.Error);
        Assert.Equal("", (await _engine.DockerAsync("images", "-q")).Succeeded().Output);
        string after = (await Command.RunAsync(["sh", "-c", $"cd {_engine.DataRoot} && find . -type f | grep -v -e daemon.lock -e index.json | sort"])).Output;
        Assert.Equal(before, after);
    }

    [Fact]
    public async Task Load_takes_docker_archives_and_oci_archives()
    {
        CommandResult docker = await _engine.LoadBusyboxAsync();
        Assert.Equal("Loaded image: busybox:latest", docker.Line);

        string oci = Path.Combine(_engine.Host.Folder, "oci.tar");
        (await Command.RunAsync(["skopeo", "copy", "-q", $"oci:{Repository.Fixtures}/busybox.oci:latest", $"oci-archive:{oci}:example.org/box:9"])).Succeeded();
        CommandResult loaded = (await _engine.DockerAsync("load", "-i", oci)).Succeeded();
        Assert.Contains("Loaded image: example.org/box:9", loaded.Output);
        Assert.Equal("9", (await _engine.DockerAsync("run", "--rm", "example.org/box:9", "echo", "9")).Succeeded().Line);
    }

    [Fact]
    public async Task Loading_what_is_no_image_fails_and_keeps_nothing()
    {
        string junk = Path.Combine(_engine.Host.Folder, "junk.tar");
        (await Command.RunAsync(["tar", "-C", "/etc", "-cf", junk, "hostname"])).Succeeded();
        (await _engine.DockerAsync("load", "-i", junk)).Exited(1);
        Assert.Equal("", (await _engine.DockerAsync("images", "-q")).Succeeded().Output);
    }

    [Fact]
    public async Task Import_makes_an_image_of_a_root_file_system_with_changes()
    {
        CommandResult import = (await _engine.DockerAsync("import", "--change", "CMD [\"echo\", \"imported\"]", "--change", "ENV A=b", "--message", "by hand",
            Path.Combine(Repository.Fixtures, "busybox.tar"), "mine:1")).Succeeded();
        Assert.StartsWith("sha256:", import.Line);
        Assert.Equal("imported", (await _engine.DockerAsync("run", "--rm", "mine:1")).Succeeded().Line);
        Assert.Contains("A=b", (await _engine.DockerAsync("run", "--rm", "mine:1", "env")).Succeeded().Output);
        Assert.Equal("by hand", await _engine.InspectAsync("mine:1", "{{.Comment}}"));
    }

    [Fact]
    public async Task Images_lists_names_tags_and_ids_and_filters_them()
    {
        await _engine.LoadBusyboxAsync();
        (await _engine.DockerAsync("tag", "busybox", "other/name:x")).Succeeded();
        string id = await _engine.InspectAsync("busybox", "{{.Id}}");
        CommandResult images = (await _engine.DockerAsync("images", "--no-trunc", "--format", "{{.Repository}} {{.Tag}} {{.ID}}")).Succeeded();
        Assert.Equal([$"busybox latest {id}", $"other/name x {id}"], images.Lines.Order());
        Assert.Equal("other/name", (await _engine.DockerAsync("images", "--format", "{{.Repository}}", "other/name")).Succeeded().Line);
        Assert.Equal("busybox", (await _engine.DockerAsync("images", "--format", "{{.Repository}}", "--filter", "reference=busy*")).Succeeded().Line);
        Assert.Single((await _engine.DockerAsync("images", "-q")).Succeeded().Lines.Distinct());
    }

    [Fact]
    public async Task Image_inspect_shows_the_configuration()
    {
        await _engine.LoadBusyboxAsync();
        Assert.Equal("[sh] amd64 linux 1", await _engine.InspectAsync("busybox", "{{.Config.Cmd}} {{.Architecture}} {{.Os}} {{len .RootFS.Layers}}"));
        CommandResult unknown = (await _engine.DockerAsync("image", "inspect", "nothing")).Exited(1);
        Assert.Contains("No such image: nothing", unknown.Error);
    }

    [Fact]
    public async Task Rmi_untags_first_and_deletes_with_the_last_name()
    {
        await _engine.LoadBusyboxAsync();
        string id = await _engine.InspectAsync("busybox", "{{.Id}}");
        (await _engine.DockerAsync("tag", "busybox", "second:name")).Succeeded();
        Assert.Equal(["Untagged: second:name"], (await _engine.DockerAsync("rmi", "second:name")).Succeeded().Lines);
        CommandResult last = (await _engine.DockerAsync("rmi", "busybox")).Succeeded();
        Assert.Equal("Untagged: busybox:latest", last.Lines[0]);
        Assert.Contains($"Deleted: {id}", last.Lines);
        Assert.Equal("", (await _engine.DockerAsync("images", "-aq")).Succeeded().Output);
        Assert.Empty(Directory.GetFiles(Path.Combine(_engine.DataRoot, "image/blobs/sha256")));
    }

    [Fact]
    public async Task Rmi_refuses_an_image_a_container_uses()
    {
        await _engine.LoadBusyboxAsync();
        (await _engine.DockerAsync("create", "--name", "user", "busybox", "true")).Succeeded();
        CommandResult refused = (await _engine.DockerAsync("rmi", "busybox")).Exited(1);
        Assert.Contains("conflict: unable to remove repository reference \"busybox\" (must force) - container", refused.Error);
        (await _engine.DockerAsync("rm", "user")).Succeeded();
        (await _engine.DockerAsync("rmi", "busybox")).Succeeded();
    }

    [Fact]
    public async Task Tag_refuses_what_is_no_reference_and_what_is_no_image()
    {
        await _engine.LoadBusyboxAsync();
        Assert.Contains("No such image: absent:latest", (await _engine.DockerAsync("tag", "absent", "a:b")).Exited(1).Error);
        Assert.Contains("invalid reference format", (await _engine.DockerAsync("tag", "busybox", "UPPER:b")).Exited(1).Error);
    }

    [Fact]
    public async Task A_full_disk_while_pulling_is_said_and_leaves_nothing()
    {
        await _registry.PushAsync("debian", "debian:full");
        await _engine.StopDaemonAsync();
        Directory.CreateDirectory(_engine.DataRoot);
        (await _engine.Host.RunAsync("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", _engine.DataRoot)).Succeeded();
        await _engine.StartDaemonAsync();
        string used = (await _engine.Host.ShellAsync($"df --output=used {_engine.DataRoot} | tail -1")).Succeeded().Line.Trim();
        CommandResult pull = (await _engine.DockerAsync("pull", $"{_registry.Name}/debian:full")).Exited(1);
        Assert.Contains("no space left on device", pull.Error);
        Assert.Equal("", (await _engine.DockerAsync("images", "-q")).Succeeded().Output);
        string usedAfter = (await _engine.Host.ShellAsync($"df --output=used {_engine.DataRoot} | tail -1")).Succeeded().Line.Trim();
        Assert.InRange(long.Parse(usedAfter) - long.Parse(used), -64, 64);
    }
}
