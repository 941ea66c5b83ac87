namespace Sampan.Specs.Docker;

/// <summary>Answer of POST /containers/prune.</summary>
public sealed record ContainersPruneReport
{
    /// <summary>null when there were none.</summary>
    public IReadOnlyList<string>? ContainersDeleted { get; init; }

    /// <summary>Bytes.</summary>
    public ulong SpaceReclaimed { get; init; }
}
