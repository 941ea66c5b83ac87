using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>A second kernel, with cgroup v2 only: Debian's cloud kernel in a microVM, booted by eng/microvm under software emulation.</summary>
public sealed class CgroupV2Tests
{
    [Fact]
    public async Task On_cgroup_v2_limits_devices_freezing_and_oom_work_as_on_v1()
    {
        Dictionary<string, string> said = await MicroVm.RunAsync("cgroup-v2", MicroVm.Busybox);

        Assert.Equal("2 cgroupfs", said["version"]);
        Assert.Equal("67108864 33554432 42 50000 100000 0 59", said["limits"]);
        Assert.Equal("0::/", said["namespace"]);
        Assert.Equal("/sys/fs/cgroup cgroup2 ro", said["mount"]);
        Assert.Equal("yes", said["null-allowed"]);
        Assert.Equal("Operation not permitted", said["device-denied"]);
        Assert.Equal("true 137", said["oom"]);
        Assert.Equal("1 paused", said["frozen"]);
        Assert.Equal("1", said["stats"]);
        Assert.Equal("134217728", said["updated"]);
        Assert.Equal("0", said["left"]);
        Assert.Equal("0::/ code 0", said["runtime"]);
    }
}
