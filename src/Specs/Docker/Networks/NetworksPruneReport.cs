namespace Sampan.Specs.Docker;

/// <summary>Answer of POST /networks/prune.</summary>
public sealed record NetworksPruneReport
{
    /// <summary>Names; null when there were none.</summary>
    public IReadOnlyList<string>? NetworksDeleted { get; init; }
}
