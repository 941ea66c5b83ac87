using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>Where a network's addresses come from.</summary>
public sealed record Ipam
{
    public string Driver { get; init => field = value ?? ""; } = "";
    public IReadOnlyDictionary<string, string>? Options { get; init; }
    public IReadOnlyList<IpamConfig>? Config { get; init; }
}

/// <summary>One subnet.</summary>
public sealed record IpamConfig
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Subnet { get; init => field = OmitEmpty.Text(value); }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? IPRange { get; init => field = OmitEmpty.Text(value); }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Gateway { get; init => field = OmitEmpty.Text(value); }

    /// <summary>Addresses never given to containers, by name.</summary>
    [JsonPropertyName("AuxiliaryAddresses"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? AuxAddress { get; init => field = OmitEmpty.Map(value); }
}
