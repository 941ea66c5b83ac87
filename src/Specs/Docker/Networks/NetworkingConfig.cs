namespace Sampan.Specs.Docker;

/// <summary>The networks a new container joins, by name.</summary>
public sealed record NetworkingConfig
{
    public IReadOnlyDictionary<string, EndpointSettings>? EndpointsConfig { get; init; }
}
