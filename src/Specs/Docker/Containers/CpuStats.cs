using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>CPU time of a container beside that of the host.</summary>
public sealed record CpuStats
{
    [JsonPropertyName("cpu_usage")]
    public CpuUsage CpuUsage { get; init => field = value ?? new(); } = new();

    /// <summary>Busy and idle time of the host, all CPUs.</summary>
    [JsonPropertyName("system_cpu_usage"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong SystemUsage { get; init; }

    [JsonPropertyName("online_cpus"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public uint OnlineCpus { get; init; }

    [JsonPropertyName("throttling_data")]
    public ThrottlingData ThrottlingData { get; init => field = value ?? new(); } = new();
}

/// <summary>CPU time used, in nanoseconds.</summary>
public sealed record CpuUsage
{
    [JsonPropertyName("total_usage")]
    public ulong TotalUsage { get; init; }

    /// <summary>cgroup v1 only.</summary>
    [JsonPropertyName("percpu_usage"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ulong>? PercpuUsage { get; init => field = OmitEmpty.List(value); }

    [JsonPropertyName("usage_in_kernelmode")]
    public ulong UsageInKernelmode { get; init; }

    [JsonPropertyName("usage_in_usermode")]
    public ulong UsageInUsermode { get; init; }
}

/// <summary>How often the CPU quota was used up.</summary>
public sealed record ThrottlingData
{
    [JsonPropertyName("periods")]
    public ulong Periods { get; init; }

    [JsonPropertyName("throttled_periods")]
    public ulong ThrottledPeriods { get; init; }

    [JsonPropertyName("throttled_time")]
    public ulong ThrottledTime { get; init; }
}
