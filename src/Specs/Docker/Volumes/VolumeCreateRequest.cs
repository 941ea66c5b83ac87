using System.Text.Json;

namespace Sampan.Specs.Docker;

/// <summary>Body of POST /volumes/create.</summary>
public sealed record VolumeCreateRequest
{
    /// <summary>Swarm's CSI volumes; kept as it came so that it can be refused by name.</summary>
    public JsonElement? ClusterVolumeSpec { get; init; }
    public string Driver { get; init => field = value ?? ""; } = "";
    public IReadOnlyDictionary<string, string>? DriverOpts { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Empty asks for an anonymous volume.</summary>
    public string Name { get; init => field = value ?? ""; } = "";
}
