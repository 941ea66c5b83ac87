using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>Answer of GET /system/df. Lists are null when they were not asked for.</summary>
public sealed record DiskUsageResponse
{
    /// <summary>Bytes of all layers, each counted once.</summary>
    public long LayersSize { get; init; }
    public IReadOnlyList<ImageSummary>? Images { get; init; }
    public IReadOnlyList<ContainerSummary>? Containers { get; init; }
    public IReadOnlyList<Volume>? Volumes { get; init; }
    public IReadOnlyList<BuildCacheRecord>? BuildCache { get; init; }
}

/// <summary>One record of the build cache.</summary>
public sealed record BuildCacheRecord
{
    public string ID { get; init => field = value ?? ""; } = "";
    public string Type { get; init => field = value ?? ""; } = "";
    public string Description { get; init => field = value ?? ""; } = "";
    public bool InUse { get; init; }
    public bool Shared { get; init; }
    public long Size { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? LastUsedAt { get; init; }
    public int UsageCount { get; init; }
}

/// <summary>Answer of POST /build/prune.</summary>
public sealed record BuildCachePruneReport
{
    public IReadOnlyList<string>? CachesDeleted { get; init; }

    /// <summary>Bytes.</summary>
    public ulong SpaceReclaimed { get; init; }
}
