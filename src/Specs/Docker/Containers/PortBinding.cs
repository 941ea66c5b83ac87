using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>One address and port of the host that leads to a container's port.</summary>
public sealed record PortBinding
{
    [JsonPropertyName("HostIp")]
    public string HostIp { get; init => field = value ?? ""; } = "";

    /// <summary>A port, a range "8000-8010", or empty for any.</summary>
    public string HostPort { get; init => field = value ?? ""; } = "";
}
