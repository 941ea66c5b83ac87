using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>The same containers on each storage driver. fuse-overlayfs needs /dev/fuse, erofs a kernel with EROFS.</summary>
public sealed class StorageDriverTests
{
    [Theory]
    [InlineData("overlay2")]
    [InlineData("native")]
    [InlineData("btrfs")]
    [InlineData("fuse-overlayfs")]
    [InlineData("erofs")]
    public async Task Containers_run_are_compared_committed_and_survive_the_daemon_on(string driver)
    {
        await using Engine engine = await Engine.StartAsync(async engine =>
        {
            Directory.CreateDirectory(engine.DataRoot);
            if (driver != "btrfs") return;
            string disk = Path.Combine(engine.Host.Folder, "disk");
            (await engine.Host.ShellAsync($"truncate -s 512M {disk} && mkfs.btrfs -q {disk} && mount -o loop {disk} {engine.DataRoot}")).Succeeded();
        }, "--storage-driver", driver);
        Assert.Equal(driver, (await engine.DockerAsync("info", "--format", "{{.Driver}}")).Succeeded().Line);
        await engine.LoadBusyboxAsync();

        (await engine.DockerAsync("run", "--name", "first", "busybox", "sh", "-c",
            "echo new > /etc/new && rm /etc/group && chmod 700 /home && ln /etc/new /etc/again && rm -r /var/spool && mkdir /var/spool && mknod /tmp/null c 1 3")).Succeeded();
        Assert.Equal(["A /etc/again", "A /etc/new", "A /tmp/null", "C /etc", "C /home", "C /tmp", "C /var", "C /var/spool", "D /etc/group", "D /var/spool/mail"],
            (await engine.DockerAsync("diff", "first")).Succeeded().Lines.Order(StringComparer.Ordinal));
        Assert.Equal("new", (await engine.TypedAsync("docker cp first:/etc/again - | tar -xO")).Succeeded().Line);

        (await engine.DockerAsync("commit", "first", "made")).Succeeded();
        Assert.Equal("new no 700 2", (await engine.DockerAsync("run", "--rm", "made", "sh", "-c",
            "echo $(cat /etc/new) $([ -e /etc/group ] || echo no) $(stat -c %a /home) $(stat -c %h /etc/again) $(ls /var/spool)")).Succeeded().Line);

        (await engine.DockerAsync("run", "-d", "--name", "held", "made", "sh", "-c", "echo mine > /own; sleep 1000")).Succeeded();
        await engine.KillDaemonAsync();
        await engine.StartDaemonAsync("--storage-driver", driver);
        Assert.Equal("mine", (await engine.DockerAsync("exec", "held", "cat", "/own")).Succeeded().Line);

        (await engine.TypedAsync("docker rm -f first held && docker rmi made busybox")).Succeeded();
        string left = (await engine.Host.ShellAsync($"find {engine.DataRoot}/snapshots -regex '.*/[0-9]+' -not -path '*/empty/*'; ps ax | grep '[f]use-overlayfs -o'; grep {engine.DataRoot}/snapshots/ /proc/mounts; true")).Succeeded().Output;
        Assert.Equal("", left);
    }

    [Fact]
    public async Task A_layer_over_the_budget_is_refused_and_leaves_nothing()
    {
        await using Engine engine = await Engine.StartAsync(_ => Task.CompletedTask, "--storage-opt", "layer.max-bytes=1m", "--storage-opt", "layer.max-entries=100");
        string archive = Path.Combine(engine.Host.Folder, "busybox.tar");
        (await Command.RunAsync(["skopeo", "copy", "-q", $"oci:{Repository.Fixtures}/busybox.oci:latest", $"docker-archive:{archive}:busybox:latest"])).Succeeded();
        CommandResult load = await engine.DockerAsync("load", "-q", "-i", archive);
        Assert.Equal(1, load.ExitCode);
        Assert.Matches("more than (1048576 bytes|100 entries)", load.Error);
        Assert.Equal("", (await engine.Host.ShellAsync($"find {engine.DataRoot}/snapshots -regex '.*/[0-9]+' -not -path '*/empty/*'; ls {engine.DataRoot}/image/blobs/sha256")).Succeeded().Output);
    }
}
