using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>Body of POST /networks/create.</summary>
public sealed record NetworkCreateRequest
{
    public string Driver { get; init => field = value ?? ""; } = "";
    public string Scope { get; init => field = value ?? ""; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? EnableIPv4 { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? EnableIPv6 { get; init; }

    [JsonPropertyName("IPAM")]
    public Ipam? Ipam { get; init; }
    public bool Internal { get; init; }
    public bool Attachable { get; init; }
    public bool Ingress { get; init; }
    public bool ConfigOnly { get; init; }
    public NetworkConfigReference? ConfigFrom { get; init; }
    public IReadOnlyDictionary<string, string>? Options { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Ignored since 1.44: names are always unique.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? CheckDuplicate { get; init; }
}

/// <summary>Answer of POST /networks/create.</summary>
public sealed record NetworkCreateResponse
{
    [JsonPropertyName("Id")]
    public required string Id { get; init; }
    public string Warning { get; init => field = value ?? ""; } = "";
}
