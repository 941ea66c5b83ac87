namespace Sampan.Specs.Docker;

/// <summary>Answer of POST /images/prune.</summary>
public sealed record ImagesPruneReport
{
    /// <summary>null when there were none.</summary>
    public IReadOnlyList<ImageDeleteItem>? ImagesDeleted { get; init; }

    /// <summary>Bytes.</summary>
    public ulong SpaceReclaimed { get; init; }
}
