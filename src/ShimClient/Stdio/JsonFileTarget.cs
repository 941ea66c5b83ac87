namespace Sampan.ShimClient;

/// <summary>Where and how a json-file log is kept.</summary>
public sealed record JsonFileTarget
{
    public required string Path { get; init; }

    /// <summary>Bytes; 0 or less: no rotation.</summary>
    public long MaxSize { get; init; } = -1;

    /// <summary>At least 1.</summary>
    public int MaxFiles { get; init; } = 1;

    /// <summary>Rotated files are gzipped.</summary>
    public bool Compress { get; init; }

    /// <summary>A JSON object that every entry carries as "attrs"; "" for none.</summary>
    public string Attributes { get; init; } = "";
}
