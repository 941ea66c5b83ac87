using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>A container's place in one network: asked for (upper part) and given (lower part). Engine API 1.51, EndpointSettings.</summary>
public sealed record EndpointSettings
{
    [JsonPropertyName("IPAMConfig")]
    public EndpointIpamConfig? IpamConfig { get; init; }
    public IReadOnlyList<string>? Links { get; init; }
    public IReadOnlyList<string>? Aliases { get; init; }
    public string MacAddress { get; init => field = value ?? ""; } = "";
    public IReadOnlyDictionary<string, string>? DriverOpts { get; init; }

    /// <summary>The highest gives the container its default route.</summary>
    public int GwPriority { get; init; }
    public string NetworkID { get; init => field = value ?? ""; } = "";
    public string EndpointID { get; init => field = value ?? ""; } = "";
    public string Gateway { get; init => field = value ?? ""; } = "";
    public string IPAddress { get; init => field = value ?? ""; } = "";
    public int IPPrefixLen { get; init; }
    public string IPv6Gateway { get; init => field = value ?? ""; } = "";
    public string GlobalIPv6Address { get; init => field = value ?? ""; } = "";
    public int GlobalIPv6PrefixLen { get; init; }
    public IReadOnlyList<string>? DNSNames { get; init; }
}

/// <summary>Addresses asked for.</summary>
public sealed record EndpointIpamConfig
{
    [JsonPropertyName("IPv4Address"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? IPv4Address { get; init => field = OmitEmpty.Text(value); }

    [JsonPropertyName("IPv6Address"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? IPv6Address { get; init => field = OmitEmpty.Text(value); }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? LinkLocalIPs { get; init => field = OmitEmpty.List(value); }
}
