using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>The limits of a container: the part of HostConfig that POST /containers/{id}/update can change. Memory in bytes.</summary>
public record ContainerResources
{
    /// <summary>Relative weight; 0 means the kernel's default of 1024.</summary>
    public long CpuShares { get; init; }
    public long Memory { get; init; }

    /// <summary>CPUs in units of 10⁻⁹.</summary>
    public long NanoCpus { get; init; }
    public string CgroupParent { get; init => field = value ?? ""; } = "";

    /// <summary>0, or 10 to 1000.</summary>
    public ushort BlkioWeight { get; init; }
    public IReadOnlyList<WeightDevice>? BlkioWeightDevice { get; init; }
    public IReadOnlyList<ThrottleDevice>? BlkioDeviceReadBps { get; init; }
    public IReadOnlyList<ThrottleDevice>? BlkioDeviceWriteBps { get; init; }
    public IReadOnlyList<ThrottleDevice>? BlkioDeviceReadIOps { get; init; }
    public IReadOnlyList<ThrottleDevice>? BlkioDeviceWriteIOps { get; init; }

    /// <summary>Microseconds.</summary>
    public long CpuPeriod { get; init; }

    /// <summary>Microseconds in each period.</summary>
    public long CpuQuota { get; init; }
    public long CpuRealtimePeriod { get; init; }
    public long CpuRealtimeRuntime { get; init; }

    /// <summary>"0-3" or "0,1".</summary>
    public string CpusetCpus { get; init => field = value ?? ""; } = "";
    public string CpusetMems { get; init => field = value ?? ""; } = "";
    public IReadOnlyList<DeviceMapping>? Devices { get; init; }

    /// <summary>"c 1:3 rwm".</summary>
    public IReadOnlyList<string>? DeviceCgroupRules { get; init; }
    public IReadOnlyList<DeviceRequest>? DeviceRequests { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long KernelMemory { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long KernelMemoryTCP { get; init; }
    public long MemoryReservation { get; init; }

    /// <summary>Memory plus swap; -1 is unlimited swap.</summary>
    public long MemorySwap { get; init; }

    /// <summary>0 to 100; -1 means not set (the docker CLI sends it).</summary>
    public long? MemorySwappiness { get; init; }
    public bool? OomKillDisable { get; init; }

    /// <summary>0 or -1 means unlimited; null leaves it unchanged.</summary>
    public long? PidsLimit { get; init; }
    public IReadOnlyList<Ulimit>? Ulimits { get; init; }

    /// <summary>Windows only; kept because dockerd writes it.</summary>
    public long CpuCount { get; init; }

    /// <summary>Windows only.</summary>
    public long CpuPercent { get; init; }

    /// <summary>Windows only.</summary>
    public ulong IOMaximumIOps { get; init; }

    /// <summary>Windows only.</summary>
    public ulong IOMaximumBandwidth { get; init; }
}
