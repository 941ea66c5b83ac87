using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>Names of the drivers of each kind.</summary>
public sealed record PluginsInfo
{
    public IReadOnlyList<string>? Volume { get; init; }
    public IReadOnlyList<string>? Network { get; init; }
    public IReadOnlyList<string>? Authorization { get; init; }
    public IReadOnlyList<string>? Log { get; init; }
}

/// <summary>A runtime containers can be started with.</summary>
public sealed record RuntimeWithStatus
{
    [JsonPropertyName("path"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Path { get; init => field = OmitEmpty.Text(value); }

    [JsonPropertyName("runtimeArgs"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Args { get; init => field = OmitEmpty.List(value); }

    [JsonPropertyName("runtimeType"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init => field = OmitEmpty.Text(value); }

    [JsonPropertyName("status"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Status { get; init => field = OmitEmpty.Map(value); }
}

/// <summary>The commit a component was built from.</summary>
public sealed record ComponentCommit
{
    public string ID { get; init => field = value ?? ""; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Expected { get; init => field = OmitEmpty.Text(value); }
}

/// <summary>Subnets for new networks are cut from here.</summary>
public sealed record NetworkAddressPool
{
    public string Base { get; init => field = value ?? ""; } = "";

    /// <summary>Prefix length of each network.</summary>
    public int Size { get; init; }
}

/// <summary>What programs the packet filter.</summary>
public sealed record FirewallInfo
{
    public string Driver { get; init => field = value ?? ""; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<IReadOnlyList<string>>? Info { get; init => field = OmitEmpty.List(value); }
}

/// <summary>Swarm's state: always inactive here.</summary>
public sealed record SwarmInfo
{
    public string NodeID { get; init => field = value ?? ""; } = "";
    public string NodeAddr { get; init => field = value ?? ""; } = "";
    public string LocalNodeState { get; init => field = value ?? "inactive"; } = "inactive";
    public bool ControlAvailable { get; init; }
    public string Error { get; init => field = value ?? ""; } = "";
    public IReadOnlyList<EmptyObject>? RemoteManagers { get; init; }
}
