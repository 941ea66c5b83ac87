namespace Sampan.Specs.Docker;

/// <summary>Answer of GET /volumes.</summary>
public sealed record VolumeListResponse
{
    public required IReadOnlyList<Volume> Volumes { get; init; }
    public IReadOnlyList<string>? Warnings { get; init; }
}
