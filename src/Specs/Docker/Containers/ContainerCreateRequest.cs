using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>Body of POST /containers/create: the config's fields at the top level, beside the two host-side parts.</summary>
public sealed record ContainerCreateRequest : ContainerConfig
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HostConfig? HostConfig { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NetworkingConfig? NetworkingConfig { get; init; }
}
