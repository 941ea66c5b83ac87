namespace Sampan.Linux.Cgroups;

/// <summary>One reading of a cgroup: what <c>docker stats</c> and containerd's metrics are made of.</summary>
public sealed record CgroupStats
{
    public required bool IsV2 { get; init; }
    public CpuStats Cpu { get; init; } = new();
    public MemoryStats Memory { get; init; } = new();
    public PidsStats Pids { get; init; } = new();
    public IReadOnlyList<BlockIOStat> BlockIO { get; init; } = [];
    public IReadOnlyList<HugetlbStat> Hugetlb { get; init; } = [];
    /// <summary>CPUs and memory nodes that the group may use; empty when all.</summary>
    public IReadOnlyList<ulong> Cpus { get; init; } = [];
    public IReadOnlyList<ulong> Mems { get; init; } = [];
    /// <summary>cgroup v2 only.</summary>
    public Pressure? BlockIOPressure { get; init; }
}

/// <summary>Times in nanoseconds.</summary>
public sealed record CpuStats
{
    public ulong Total { get; init; }
    public ulong User { get; init; }
    public ulong Kernel { get; init; }
    /// <summary>cgroup v1 only.</summary>
    public IReadOnlyList<ulong> PerCpu { get; init; } = [];
    /// <inheritdoc cref="PerCpu"/>
    public IReadOnlyList<ulong> PerCpuKernel { get; init; } = [];
    /// <inheritdoc cref="PerCpu"/>
    public IReadOnlyList<ulong> PerCpuUser { get; init; } = [];
    /// <summary>Enforcement periods that have passed, and those in which the quota ran out.</summary>
    public ulong Periods { get; init; }
    public ulong ThrottledPeriods { get; init; }
    public ulong ThrottledTime { get; init; }
    /// <summary>cgroup v2 only.</summary>
    public Pressure? Pressure { get; init; }
}

/// <summary>Bytes. A limit of <see cref="ulong.MaxValue"/> means none.</summary>
public sealed record MemoryStats
{
    public ulong Usage { get; init; }
    public ulong MaxUsage { get; init; }
    public ulong Limit { get; init; } = ulong.MaxValue;
    /// <summary>How often the limit was hit (v1 failcnt; v2 "max" of memory.events).</summary>
    public ulong FailCount { get; init; }
    /// <summary>v1: memory plus swap. v2: swap alone.</summary>
    public ulong SwapUsage { get; init; }
    public ulong SwapLimit { get; init; } = ulong.MaxValue;
    public ulong KernelUsage { get; init; }
    public ulong KernelTcpUsage { get; init; }
    public ulong OomKills { get; init; }
    /// <summary>cgroup v1 counts a highest usage, a limit and failures also of swap, of the kernel's memory and of its TCP buffers.</summary>
    public ulong SwapMaxUsage { get; init; }
    public ulong SwapFailCount { get; init; }
    public MemoryCounter Kernel { get; init; }
    public MemoryCounter KernelTcp { get; init; }
    /// <summary>memory.events of cgroup v2 as it stands: low, high, max, oom, oom_kill.</summary>
    public IReadOnlyDictionary<string, ulong> Events { get; init; } = new Dictionary<string, ulong>();
    /// <summary>cgroup v2 only.</summary>
    public Pressure? Pressure { get; init; }
    /// <summary>memory.stat as it stands.</summary>
    public IReadOnlyDictionary<string, ulong> Detail { get; init; } = new Dictionary<string, ulong>();
}

/// <summary>Bytes, and how often the limit was hit.</summary>
public readonly record struct MemoryCounter(ulong MaxUsage, ulong Limit, ulong FailCount);

public sealed record PidsStats
{
    public ulong Current { get; init; }
    /// <summary>0 when unlimited.</summary>
    public ulong Limit { get; init; }
}

public enum BlockIOTable { ServiceBytes, Serviced, Queued, ServiceTime, WaitTime, Merged, Time, Sectors }

/// <summary>One number of one block device; <see cref="Operation"/> is Read, Write, Sync, Async, Discard or Total (v1), read or write (v2).</summary>
public readonly record struct BlockIOStat(BlockIOTable Table, uint Major, uint Minor, string Operation, ulong Value);

public readonly record struct HugetlbStat(string PageSize, ulong Usage, ulong MaxUsage, ulong FailCount);
