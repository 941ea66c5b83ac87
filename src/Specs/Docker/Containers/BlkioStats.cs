using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>Block IO of a container. cgroup v2 fills only the first list.</summary>
public sealed record BlkioStats
{
    [JsonPropertyName("io_service_bytes_recursive")]
    public IReadOnlyList<BlkioStatEntry>? IoServiceBytesRecursive { get; init; }

    [JsonPropertyName("io_serviced_recursive")]
    public IReadOnlyList<BlkioStatEntry>? IoServicedRecursive { get; init; }

    [JsonPropertyName("io_queue_recursive")]
    public IReadOnlyList<BlkioStatEntry>? IoQueuedRecursive { get; init; }

    [JsonPropertyName("io_service_time_recursive")]
    public IReadOnlyList<BlkioStatEntry>? IoServiceTimeRecursive { get; init; }

    [JsonPropertyName("io_wait_time_recursive")]
    public IReadOnlyList<BlkioStatEntry>? IoWaitTimeRecursive { get; init; }

    [JsonPropertyName("io_merged_recursive")]
    public IReadOnlyList<BlkioStatEntry>? IoMergedRecursive { get; init; }

    [JsonPropertyName("io_time_recursive")]
    public IReadOnlyList<BlkioStatEntry>? IoTimeRecursive { get; init; }

    [JsonPropertyName("sectors_recursive")]
    public IReadOnlyList<BlkioStatEntry>? SectorsRecursive { get; init; }
}

/// <summary>One device and kind of operation.</summary>
public sealed record BlkioStatEntry
{
    [JsonPropertyName("major")]
    public ulong Major { get; init; }

    [JsonPropertyName("minor")]
    public ulong Minor { get; init; }

    /// <summary>"read", "write", …</summary>
    [JsonPropertyName("op")]
    public string Op { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("value")]
    public ulong Value { get; init; }
}
