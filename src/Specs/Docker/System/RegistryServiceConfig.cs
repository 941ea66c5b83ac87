using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>How registries are reached.</summary>
public sealed record RegistryServiceConfig
{
    [JsonPropertyName("IndexConfigs")]
    public IReadOnlyDictionary<string, RegistryIndex>? IndexConfigs { get; init; }

    /// <summary>Registries in these networks may answer plain HTTP.</summary>
    [JsonPropertyName("InsecureRegistryCIDRs")]
    public IReadOnlyList<string>? InsecureRegistryCidrs { get; init; }
    public IReadOnlyList<string>? Mirrors { get; init; }
}

/// <summary>One registry.</summary>
public sealed record RegistryIndex
{
    public string Name { get; init => field = value ?? ""; } = "";
    public IReadOnlyList<string> Mirrors { get; init => field = value ?? []; } = [];
    public bool Secure { get; init; }
    public bool Official { get; init; }
}
