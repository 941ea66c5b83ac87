namespace Sampan.Specs.Docker;

/// <summary>Answer of GET /distribution/{name}/json: what the registry has under a name.</summary>
public sealed record DistributionInspect
{
    public required OciDescriptor Descriptor { get; init; }
    public required IReadOnlyList<OciPlatform> Platforms { get; init; }
}
