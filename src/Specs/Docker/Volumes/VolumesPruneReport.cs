namespace Sampan.Specs.Docker;

/// <summary>Answer of POST /volumes/prune.</summary>
public sealed record VolumesPruneReport
{
    /// <summary>Names; null when there were none.</summary>
    public IReadOnlyList<string>? VolumesDeleted { get; init; }

    /// <summary>Bytes.</summary>
    public ulong SpaceReclaimed { get; init; }
}
