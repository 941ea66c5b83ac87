using System.Globalization;

namespace Sampan.Linux.Cgroups.V1;

/// <summary>Readings of the v1 controllers; a controller that is not mounted leaves its part at zero.</summary>
internal static class V1Stats
{
    private const ulong NanosecondsPerTick = 10_000_000;   // USER_HZ is 100 on every architecture that we run on

    public static CgroupStats Read(CgroupV1 group) => new()
    {
        IsV2 = false,
        Cpu = ReadCpu(group),
        Memory = group.Find("memory") is { } memory ? ReadMemory(memory) : new MemoryStats(),
        Pids = group.Find("pids") is { } pids ? StatFiles.Pids(pids) : new PidsStats(),
        BlockIO = group.Find("blkio") is { } blkio ? ReadBlockIO(blkio) : [],
        Hugetlb = group.Find("hugetlb") is { } hugetlb ? StatFiles.Hugetlb(hugetlb, "usage_in_bytes", "max_usage_in_bytes", "failcnt") : [],
        Cpus = CpuList.Parse(group.Find("cpuset")?.TryRead("cpuset.cpus")) ?? [],
        Mems = CpuList.Parse(group.Find("cpuset")?.TryRead("cpuset.mems")) ?? [],
    };

    private static CpuStats ReadCpu(CgroupV1 group)
    {
        ControlDirectory? accounting = group.Find("cpuacct");
        string? ticks = accounting?.TryRead("cpuacct.stat"), throttling = group.Find("cpu")?.TryRead("cpu.stat");
        List<ulong> perCpu = [];
        foreach (string number in accounting?.TryRead("cpuacct.usage_percpu")?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [])
            if (ulong.TryParse(number, CultureInfo.InvariantCulture, out ulong nanoseconds)) perCpu.Add(nanoseconds);
        (List<ulong> perCpuUser, List<ulong> perCpuKernel) = StatFiles.UsagePerCpu(accounting?.TryRead("cpuacct.usage_all"));
        return new CpuStats
        {
            PerCpuUser = perCpuUser,
            PerCpuKernel = perCpuKernel,
            Total = accounting?.TryReadNumber("cpuacct.usage") ?? 0,
            User = (ulong)OomWatch.Field(ticks, "user") * NanosecondsPerTick,
            Kernel = (ulong)OomWatch.Field(ticks, "system") * NanosecondsPerTick,
            PerCpu = perCpu,
            Periods = (ulong)OomWatch.Field(throttling, "nr_periods"),
            ThrottledPeriods = (ulong)OomWatch.Field(throttling, "nr_throttled"),
            ThrottledTime = (ulong)OomWatch.Field(throttling, "throttled_time"),
        };
    }

    private static MemoryStats ReadMemory(ControlDirectory memory) => new()
    {
        Usage = memory.TryReadNumber("memory.usage_in_bytes") ?? 0,
        MaxUsage = memory.TryReadNumber("memory.max_usage_in_bytes") ?? 0,
        Limit = memory.TryReadNumber("memory.limit_in_bytes") ?? ulong.MaxValue,
        FailCount = memory.TryReadNumber("memory.failcnt") ?? 0,
        SwapUsage = memory.TryReadNumber("memory.memsw.usage_in_bytes") ?? 0,
        SwapLimit = memory.TryReadNumber("memory.memsw.limit_in_bytes") ?? ulong.MaxValue,
        KernelUsage = memory.TryReadNumber("memory.kmem.usage_in_bytes") ?? 0,
        KernelTcpUsage = memory.TryReadNumber("memory.kmem.tcp.usage_in_bytes") ?? 0,
        SwapMaxUsage = memory.TryReadNumber("memory.memsw.max_usage_in_bytes") ?? 0,
        SwapFailCount = memory.TryReadNumber("memory.memsw.failcnt") ?? 0,
        Kernel = Counter(memory, "memory.kmem"),
        KernelTcp = Counter(memory, "memory.kmem.tcp"),
        OomKills = (ulong)OomWatch.Field(memory.TryRead("memory.oom_control"), "oom_kill"),
        Detail = StatFiles.Pairs(memory.TryRead("memory.stat")),
    };

    private static MemoryCounter Counter(ControlDirectory memory, string prefix) => new(memory.TryReadNumber($"{prefix}.max_usage_in_bytes") ?? 0,
        memory.TryReadNumber($"{prefix}.limit_in_bytes") ?? ulong.MaxValue, memory.TryReadNumber($"{prefix}.failcnt") ?? 0);

    private static List<BlockIOStat> ReadBlockIO(ControlDirectory blkio)
    {
        List<BlockIOStat> found = [];
        Read(BlockIOTable.ServiceBytes, "io_service_bytes_recursive");
        Read(BlockIOTable.Serviced, "io_serviced_recursive");
        Read(BlockIOTable.Queued, "io_queued_recursive");
        Read(BlockIOTable.ServiceTime, "io_service_time_recursive");
        Read(BlockIOTable.WaitTime, "io_wait_time_recursive");
        Read(BlockIOTable.Merged, "io_merged_recursive");
        Read(BlockIOTable.Time, "time_recursive");
        Read(BlockIOTable.Sectors, "sectors_recursive");
        return found;

        // BFQ counts what went through it, the throttle layer everything; either may be missing.
        void Read(BlockIOTable table, string file)
        {
            List<BlockIOStat> one = StatFiles.BlockIOV1(table, blkio.TryRead($"blkio.bfq.{file}"));
            found.AddRange(one.Count > 0 ? one : StatFiles.BlockIOV1(table, blkio.TryRead($"blkio.throttle.{file}")));
        }
    }
}
