namespace Sampan.ShimClient;

/// <summary>Where and how a json-file log is kept.</summary>
internal sealed record JsonFileTarget
{
    public required string Path { get; init; }

    /// <summary>Bytes; 0 or less: no rotation.</summary>
    public long MaxSize { get; init; } = -1;

    /// <summary>At least 1.</summary>
    public int MaxFiles { get; init; } = 1;
}
