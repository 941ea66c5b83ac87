using Sampan.Faults;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Tests.Cgroups;

/// <summary>The v1 controllers of this machine.</summary>
public sealed class CgroupV1Tests : CgroupContract
{
    protected override CgroupFileSystem FileSystem { get; } = CgroupFileSystem.Detect();

    [Fact]
    public void Every_limit_arrives_in_its_file()
    {
        ICgroup group = Create(new LinuxResources
        {
            Cpu = new CpuResources { Shares = 512, Quota = 50000, Period = 200000, Burst = 10000, Cpus = "0", Mems = "0" },
            Memory = new MemoryResources { Limit = 64 << 20, Swap = 128 << 20, Reservation = 32 << 20, Swappiness = 10, DisableOOMKiller = true, Kernel = 1 << 20 },
            Pids = new PidsResources { Limit = 77 },
            HugepageLimits = [],
        });
        Assert.Equal("512", Read(group, "cpu", "cpu.shares"));
        Assert.Equal(("50000", "200000", "10000"), (Read(group, "cpu", "cpu.cfs_quota_us"), Read(group, "cpu", "cpu.cfs_period_us"), Read(group, "cpu", "cpu.cfs_burst_us")));
        Assert.Equal("0", Read(group, "cpuset", "cpuset.cpus"));
        Assert.Equal((64 << 20, 128 << 20), (int.Parse(Read(group, "memory", "memory.limit_in_bytes")), int.Parse(Read(group, "memory", "memory.memsw.limit_in_bytes"))));
        Assert.Equal(((32 << 20).ToString(), "10"), (Read(group, "memory", "memory.soft_limit_in_bytes"), Read(group, "memory", "memory.swappiness")));
        Assert.Contains("oom_kill_disable 1", Read(group, "memory", "memory.oom_control"));
        Assert.Equal("77", Read(group, "pids", "pids.max"));
    }

    [Fact]
    public void An_update_raises_and_lowers_memory_and_swap_together_and_takes_limits_away()
    {
        ICgroup group = Create(new LinuxResources { Memory = new MemoryResources { Limit = 64 << 20, Swap = 64 << 20 } });
        foreach (int megabytes in (int[])[256, 32, 128])
        {
            group.Apply(new LinuxResources { Memory = new MemoryResources { Limit = megabytes << 20, Swap = megabytes << 20 } });
            Assert.Equal((megabytes << 20).ToString(), Read(group, "memory", "memory.memsw.limit_in_bytes"));
        }
        group.Apply(new LinuxResources { Memory = new MemoryResources { Limit = -1 }, Pids = new PidsResources { Limit = -1 }, Cpu = new CpuResources { Quota = -1 } });
        Assert.Equal(ulong.MaxValue, group.Stats().Memory.Limit);
        Assert.Equal(ulong.MaxValue, group.Stats().Memory.SwapLimit);
        Assert.Equal(("max", "-1"), (Read(group, "pids", "pids.max"), Read(group, "cpu", "cpu.cfs_quota_us")));
    }

    [Fact]
    public void A_quota_and_its_burst_may_both_shrink()
    {
        ICgroup group = Create(new LinuxResources { Cpu = new CpuResources { Quota = 100000, Period = 100000, Burst = 90000 } });
        group.Apply(new LinuxResources { Cpu = new CpuResources { Quota = 20000, Burst = 10000 } });
        group.Apply(new LinuxResources { Cpu = new CpuResources { Quota = 200000, Burst = 150000 } });
        Assert.Equal(("200000", "150000"), (Read(group, "cpu", "cpu.cfs_quota_us"), Read(group, "cpu", "cpu.cfs_burst_us")));
    }

    [Fact]
    public void A_controller_that_is_not_mounted_is_named()
    {
        FaultException fault = Assert.Throws<FaultException>(() => Create(new LinuxResources { Network = new NetworkResources { ClassID = 7 } }));
        Assert.Equal(FaultKind.NotSupported, fault.Kind);
        Assert.Contains("the net_cls controller is not mounted under '/sys/fs/cgroup'", fault.Message);
        fault = Assert.Throws<FaultException>(() => Create(new LinuxResources { Unified = new Dictionary<string, string> { ["memory.high"] = "1" } }));
        Assert.Contains("needs cgroup v2", fault.Message);
    }

    [Fact]
    public void The_out_of_memory_killer_is_counted_and_watched()
    {
        ICgroup group = Create(new LinuxResources { Memory = new MemoryResources { Limit = 16 << 20, Swap = 16 << 20 } });
        using OomWatch watch = group.WatchOom();
        Assert.False(IsReadable(watch));
        Assert.Equal(0, group.OomKills());
        StartInside(group, "head -c 200000000 /dev/zero | tail").WaitForExit();
        WaitUntil(() => IsReadable(watch));
        WaitUntil(() => group.OomKills() > 0);
        Assert.True(watch.Acknowledge());
    }

    [Fact]
    public void Statistics_show_what_the_group_used()
    {
        ICgroup group = Create(new LinuxResources { Memory = new MemoryResources { Limit = 64 << 20 }, Pids = new PidsResources { Limit = 50 } });
        StartInside(group, "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; sleep 1000");
        WaitUntil(() => group.Stats().Pids.Current == 2);
        CgroupStats stats = group.Stats();
        Assert.False(stats.IsV2);
        Assert.InRange(stats.Cpu.Total, 1UL, ulong.MaxValue);
        Assert.NotEmpty(stats.Cpu.PerCpu);
        Assert.InRange(stats.Memory.Usage, 1UL, 64UL << 20);
        Assert.Equal((64UL << 20, 50UL), (stats.Memory.Limit, stats.Pids.Limit));
        Assert.True(stats.Memory.Detail.ContainsKey("total_inactive_file"));
    }

    private static unsafe bool IsReadable(OomWatch watch)
    {
        PollFd poll = new() { Fd = watch.Handle.Fd(), Events = PollFd.POLLIN };
        return Libc.poll(&poll, 1, 0) == 1;
    }
}
