using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>Answer of GET /networks/{id}; a list of these of GET /networks.</summary>
public sealed record NetworkInspect
{
    public required string Name { get; init; }

    [JsonPropertyName("Id")]
    public required string Id { get; init; }
    public DateTimeOffset Created { get; init; }

    /// <summary>"local".</summary>
    public string Scope { get; init => field = value ?? "local"; } = "local";
    public string Driver { get; init => field = value ?? ""; } = "";
    public bool EnableIPv4 { get; init; }
    public bool EnableIPv6 { get; init; }

    [JsonPropertyName("IPAM")]
    public Ipam Ipam { get; init => field = value ?? new(); } = new();
    public bool Internal { get; init; }
    public bool Attachable { get; init; }
    public bool Ingress { get; init; }
    public NetworkConfigReference ConfigFrom { get; init => field = value ?? new(); } = new();
    public bool ConfigOnly { get; init; }

    /// <summary>By container id; {} when empty. Lists leave it empty.</summary>
    public IReadOnlyDictionary<string, EndpointResource>? Containers { get; init; }
    public IReadOnlyDictionary<string, string>? Options { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>The network whose settings this one takes.</summary>
public sealed record NetworkConfigReference
{
    public string Network { get; init => field = value ?? ""; } = "";
}

/// <summary>A container in a network.</summary>
public sealed record EndpointResource
{
    public string Name { get; init => field = value ?? ""; } = "";
    public string EndpointID { get; init => field = value ?? ""; } = "";
    public string MacAddress { get; init => field = value ?? ""; } = "";

    /// <summary>With prefix length: "172.17.0.2/16".</summary>
    public string IPv4Address { get; init => field = value ?? ""; } = "";
    public string IPv6Address { get; init => field = value ?? ""; } = "";
}
