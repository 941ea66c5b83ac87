using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>checkpoint and restore of sampan-runtime by criu, on a kernel on which criu works.</summary>
public sealed class CheckpointTests
{
    [Fact]
    public async Task A_container_is_saved_and_counts_on_after_its_restoration()
    {
        Dictionary<string, string> said = await MicroVm.RunAsync("checkpoint", MicroVm.Busybox);

        Assert.Equal("0", said["checkpoint"]);
        Assert.Equal("1 stands", said["gone"]);
        Assert.Equal("0 running pid", said["restore"]);
        Assert.Equal("yes on", said["counts"]);
        Assert.Equal("2 50 0::/plain", said["cgroup"]);
        Assert.Equal("runc sh n", said["exec"].Replace(" n.new", ""));
        Assert.Equal("paused stands yes", said["paused"]);
        Assert.Equal("0 0 0", said["deleted"]);

        Assert.Equal("0 running yes images/inventory.img work/dump.log", said["leave-running"]);
        Assert.StartsWith("0 running ", said["pre-dump"]);
        Assert.Equal("--parent-path must be relative invalid --parent-path: stat /run/b/more/last/../nowhere: no such file or directory", said["bad-parent"]);
        Assert.StartsWith("0 ", said["dump"]);
        Assert.NotEqual("0 0", said["dump"]);
        Assert.Equal("0 yes", said["restored"]);

        Assert.Equal("0", said["front-checkpoint"]);
        Assert.Equal("two three 1 creating", said["front-restore"]);
        Assert.Equal("two x 7", said["front-code"]);
        Assert.Equal("/dev/pts/0 0 three two three /dev/pts/0 3", said["tty"]);
        Assert.Equal("0 0 same", said["net"]);

        Assert.Equal("runc restore failed: there is no checkpoint: open /nowhere: no such file or directory", said["no-images"]);
        Assert.Equal("runc restore failed: criu failed: type RESTORE errno 0 (log file: /run/empty/restore.log) 0 0", said["bad-images"]);
    }

    [Fact]
    public async Task Under_containerd_our_shim_saves_a_container_and_another_goes_on_from_there()
    {
        Dictionary<string, string> said = await MicroVm.RunAsync("checkpoint-containerd", "/usr/bin/containerd", "/usr/bin/ctr", Path.Combine(Repository.Fixtures, "busybox.oci"));

        Assert.Equal("0 RUNNING yes", said["saved"]);
        Assert.Equal("/tasks/paused /tasks/checkpointed /tasks/resumed", said["events"]);
        Assert.Equal("stands", said["gone"]);
        Assert.Equal("RUNNING yes on", said["restored"]);
        Assert.Equal("sh n", said["exec"].Replace(" n.new", ""));
        Assert.StartsWith("STOPPED ", said["ended"]);
        Assert.EndsWith(" 0 0 0", said["ended"]);

        Assert.Equal("0 /run/images/inventory.img /run/work/dump.log RUNNING", said["files"]);
        Assert.StartsWith("0 STOPPED stands ", said["exit"]);
        Assert.Contains("exit code 137", said["exit"]);
        Assert.Equal("0", said["left"]);
    }
}
