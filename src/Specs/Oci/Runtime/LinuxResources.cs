namespace Sampan.Specs.Oci.Runtime;

/// <summary>Limits of a container's cgroup, in cgroup v1 terms where the two differ.
/// https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md § Control groups.</summary>
public sealed record LinuxResources
{
    public IReadOnlyList<DeviceCgroupRule>? Devices { get; init; }
    public MemoryResources? Memory { get; init; }
    public CpuResources? Cpu { get; init; }
    public PidsResources? Pids { get; init; }
    public BlockIOResources? BlockIO { get; init; }
    public IReadOnlyList<HugepageLimit>? HugepageLimits { get; init; }
    public NetworkResources? Network { get; init; }
    public IReadOnlyDictionary<string, RdmaResources>? Rdma { get; init; }
    /// <summary>File names of cgroup v2 and what to write there.</summary>
    public IReadOnlyDictionary<string, string>? Unified { get; init; }
}

/// <summary>One line of the device cgroup; absent numbers and type "a" mean every device.</summary>
public sealed record DeviceCgroupRule
{
    public bool Allow { get; init; }
    public string? Type { get; init; }
    public long? Major { get; init; }
    public long? Minor { get; init; }
    /// <summary>Any of r, w, m.</summary>
    public string? Access { get; init; }
}

/// <summary>Bytes; -1 is unlimited.</summary>
public sealed record MemoryResources
{
    public long? Limit { get; init; }
    public long? Reservation { get; init; }
    /// <summary>Memory plus swap.</summary>
    public long? Swap { get; init; }
    public long? Kernel { get; init; }
    public long? KernelTCP { get; init; }
    /// <summary>0 to 100.</summary>
    public ulong? Swappiness { get; init; }
    public bool? DisableOOMKiller { get; init; }
    public bool? UseHierarchy { get; init; }
    public bool? CheckBeforeUpdate { get; init; }
}

/// <summary>Times in microseconds.</summary>
public sealed record CpuResources
{
    /// <summary>2 to 262144 (v1 terms).</summary>
    public ulong? Shares { get; init; }
    public long? Quota { get; init; }
    public ulong? Burst { get; init; }
    public ulong? Period { get; init; }
    public long? RealtimeRuntime { get; init; }
    public ulong? RealtimePeriod { get; init; }
    public string? Cpus { get; init; }
    public string? Mems { get; init; }
    public long? Idle { get; init; }
}

public sealed record PidsResources
{
    /// <summary>0 or below: unlimited ("max").</summary>
    public long? Limit { get; init; }
}

public sealed record BlockIOResources
{
    /// <summary>10 to 1000.</summary>
    public ushort? Weight { get; init; }
    public ushort? LeafWeight { get; init; }
    public IReadOnlyList<WeightDevice>? WeightDevice { get; init; }
    public IReadOnlyList<ThrottleDevice>? ThrottleReadBpsDevice { get; init; }
    public IReadOnlyList<ThrottleDevice>? ThrottleWriteBpsDevice { get; init; }
    public IReadOnlyList<ThrottleDevice>? ThrottleReadIOPSDevice { get; init; }
    public IReadOnlyList<ThrottleDevice>? ThrottleWriteIOPSDevice { get; init; }
}

public sealed record WeightDevice
{
    public long Major { get; init; }
    public long Minor { get; init; }
    public ushort? Weight { get; init; }
    public ushort? LeafWeight { get; init; }
}

/// <summary>Bytes or operations per second.</summary>
public sealed record ThrottleDevice
{
    public long Major { get; init; }
    public long Minor { get; init; }
    public ulong Rate { get; init; }
}

public sealed record HugepageLimit
{
    /// <summary>"2MB", "1GB", "64KB".</summary>
    public required string PageSize { get; init; }
    /// <summary>Bytes.</summary>
    public ulong Limit { get; init; }
}

public sealed record NetworkResources
{
    public uint? ClassID { get; init; }
    public IReadOnlyList<InterfacePriority>? Priorities { get; init; }
}

public sealed record InterfacePriority
{
    public required string Name { get; init; }
    public uint Priority { get; init; }
}

public sealed record RdmaResources
{
    public uint? HcaHandles { get; init; }
    public uint? HcaObjects { get; init; }
}
