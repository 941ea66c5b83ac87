using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>A second kernel, with cgroup v2 only: Debian's cloud kernel in a microVM, booted by eng/microvm under software emulation.</summary>
public sealed class CgroupV2Tests
{
    [Fact]
    public async Task On_cgroup_v2_limits_devices_freezing_and_oom_work_as_on_v1()
    {
        string checkout = Path.GetDirectoryName(Repository.Out)!;
        CommandResult guest = await Command.RunAsync([Path.Combine(checkout, "eng/microvm"), Path.Combine(checkout, "test/EndToEnd.Tests/Guests/cgroup-v2.sh"),
            Path.Combine(Repository.Fixtures, "busybox.tar")], patience: TimeSpan.FromMinutes(6));
        guest.Succeeded();
        Dictionary<string, string> said = guest.Lines.Select(line => line.Split(": ", 2)).Where(parts => parts.Length == 2)
            .GroupBy(parts => parts[0]).ToDictionary(group => group.Key, group => group.Last()[1].Trim());

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
