using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>sampan-runtime where cgroup v2 holds every controller, which the usual machine of these tests does not give it.</summary>
public sealed class RuntimeV2Tests
{
    [Fact]
    public async Task On_cgroup_v2_every_controller_the_freezer_delegation_and_rootless_groups_work()
    {
        Dictionary<string, string> said = await MicroVm.RunAsync("runtime-v2", MicroVm.Busybox);

        Assert.Equal("174 20000 50000 10000 0 0", said["cpu"]);
        Assert.Equal("30000 100000 59", said["cpu-update"]);
        Assert.Equal("1", said["idle"]);
        Assert.Equal("67108864 33554432 50331648 1 20 40000 80000 33554432", said["memory"]);
        Assert.Equal("134217728 16777216 30", said["memory-update"]);
        Assert.Contains("cannot set 'memory.nosuch' in cgroup '/sys/fs/cgroup/t/unknown'", said["unified-unknown"]);
        Assert.EndsWith(" 1 0", said["unified-unknown"]);
        Assert.Equal("sh: can't fork: Resource temporarily unavailable", said["pids"]);

        Assert.Equal("7:0 7:0 rbps=1048576 wbps=max riops=max wiops=100 default 4950", said["io"]);
        Assert.EndsWith("slow", said["io-reading"]);
        Assert.Equal("default 2930", said["io-update"]);

        // Reading is allowed and finds no driver; writing is not.
        Assert.Equal("null 1 cat: can't open '/dev/fuse': No such device sh: can't create /dev/fuse: Operation not permitted", said["devices"]);
        Assert.StartsWith("1 frozen 1 ", said["frozen"]);
        Assert.EndsWith("cannot exec in a paused container (use --ignore-paused to override) 255 0", said["frozen"]);
        Assert.StartsWith("0 0 ls: ", said["killed"]);
        Assert.Equal("memory pids 0::/in", said["delegation"]);
        Assert.Equal("0::/below 0::/in", said["exec-below"]);
        Assert.StartsWith("ls: ", said["rest"]);
        Assert.StartsWith("\"cpu\": \"memory\": \"pids\": \"psi\": \"events\": \"oom_kill\": \"avg10\":", said["stats"]);
        Assert.StartsWith("33554432 25 \"status\": \"paused\" 26 0::/below 0 ls: ", said["rootless"]);
    }
}
