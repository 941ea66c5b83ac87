namespace Sampan.Linux.Cgroups.V2;

/// <summary>Readings of cgroup v2; a controller that is not enabled leaves its part at zero.</summary>
internal static class V2Stats
{
    private const ulong NanosecondsPerMicrosecond = 1000;

    public static CgroupStats Read(ControlDirectory group)
    {
        string? cpu = group.TryRead("cpu.stat"), events = group.TryRead("memory.events");
        return new CgroupStats
        {
            IsV2 = true,
            Cpu = new CpuStats
            {
                Total = Nanoseconds("usage_usec"),
                User = Nanoseconds("user_usec"),
                Kernel = Nanoseconds("system_usec"),
                Periods = (ulong)OomWatch.Field(cpu, "nr_periods"),
                ThrottledPeriods = (ulong)OomWatch.Field(cpu, "nr_throttled"),
                ThrottledTime = Nanoseconds("throttled_usec"),
                Pressure = Pressure.Parse(group.TryRead("cpu.pressure")),
            },
            Memory = ReadMemory(group, events),
            Pids = StatFiles.Pids(group),
            BlockIO = StatFiles.BlockIOV2(group.TryRead("io.stat")),
            BlockIOPressure = Pressure.Parse(group.TryRead("io.pressure")),
            Cpus = CpuList.Parse(group.TryRead("cpuset.cpus")) ?? [],
            Mems = CpuList.Parse(group.TryRead("cpuset.mems")) ?? [],
            Hugetlb = StatFiles.Hugetlb(group, "current", null, null),
        };

        ulong Nanoseconds(string field) => (ulong)OomWatch.Field(cpu, field) * NanosecondsPerMicrosecond;
    }

    private static MemoryStats ReadMemory(ControlDirectory group, string? events)
    {
        IReadOnlyDictionary<string, ulong> detail = StatFiles.Pairs(group.TryRead("memory.stat"));
        return new MemoryStats
        {
            Usage = group.TryReadNumber("memory.current") ?? 0,
            MaxUsage = group.TryReadNumber("memory.peak") ?? 0,
            Limit = group.TryReadNumber("memory.max") ?? ulong.MaxValue,
            FailCount = (ulong)OomWatch.Field(events, "max"),
            SwapUsage = group.TryReadNumber("memory.swap.current") ?? 0,
            SwapLimit = group.TryReadNumber("memory.swap.max") ?? ulong.MaxValue,
            KernelUsage = detail.GetValueOrDefault("kernel"),
            KernelTcpUsage = detail.GetValueOrDefault("sock"),
            OomKills = (ulong)OomWatch.Field(events, "oom_kill"),
            Events = StatFiles.Pairs(events),
            Pressure = Pressure.Parse(group.TryRead("memory.pressure")),
            Detail = detail,
        };
    }
}
