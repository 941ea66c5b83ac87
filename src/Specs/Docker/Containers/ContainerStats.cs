using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>One reading of GET /containers/{id}/stats. Times in nanoseconds, sizes in bytes.</summary>
public sealed record ContainerStats
{
    [JsonPropertyName("name"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init => field = OmitEmpty.Text(value); }

    [JsonPropertyName("id"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init => field = OmitEmpty.Text(value); }

    [JsonPropertyName("read")]
    public DateTimeOffset Read { get; init; }

    [JsonPropertyName("preread")]
    public DateTimeOffset PreRead { get; init; }

    [JsonPropertyName("pids_stats")]
    public PidsStats PidsStats { get; init => field = value ?? new(); } = new();

    [JsonPropertyName("blkio_stats")]
    public BlkioStats BlkioStats { get; init => field = value ?? new(); } = new();

    /// <summary>Windows only.</summary>
    [JsonPropertyName("num_procs")]
    public uint NumProcs { get; init; }

    /// <summary>Windows only.</summary>
    [JsonPropertyName("storage_stats")]
    public EmptyObject StorageStats { get; init; }

    [JsonPropertyName("cpu_stats")]
    public CpuStats CpuStats { get; init => field = value ?? new(); } = new();

    /// <summary>The reading before; zeros in the first one.</summary>
    [JsonPropertyName("precpu_stats")]
    public CpuStats PreCpuStats { get; init => field = value ?? new(); } = new();

    [JsonPropertyName("memory_stats")]
    public MemoryStats MemoryStats { get; init => field = value ?? new(); } = new();

    /// <summary>By interface name.</summary>
    [JsonPropertyName("networks"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, NetworkStats>? Networks { get; init => field = OmitEmpty.Map(value); }
}

/// <summary>Tasks in the container's cgroup.</summary>
public sealed record PidsStats
{
    [JsonPropertyName("current"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong Current { get; init; }

    /// <summary>0 means none; "max" is 2⁶⁴−1.</summary>
    [JsonPropertyName("limit"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong Limit { get; init; }
}
