using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>One row of GET /containers/json.</summary>
public sealed record ContainerSummary
{
    [JsonPropertyName("Id")]
    public required string Id { get; init; }

    /// <summary>With leading slashes; links add more.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>As the user named it; the id when the name has moved on to another image.</summary>
    public string Image { get; init => field = value ?? ""; } = "";
    public string ImageID { get; init => field = value ?? ""; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OciDescriptor? ImageManifestDescriptor { get; init; }
    public string Command { get; init => field = value ?? ""; } = "";

    /// <summary>Unix seconds.</summary>
    public long Created { get; init; }
    public IReadOnlyList<ContainerPort>? Ports { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long SizeRw { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long SizeRootFs { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public string State { get; init => field = value ?? ""; } = "";

    /// <summary>"Up 3 minutes (healthy)".</summary>
    public string Status { get; init => field = value ?? ""; } = "";
    public ContainerSummaryHostConfig HostConfig { get; init => field = value ?? new(); } = new();
    public ContainerSummaryNetworks? NetworkSettings { get; init; }
    public IReadOnlyList<MountPoint>? Mounts { get; init; }
}

/// <summary>The little of the host config that a list shows.</summary>
public sealed record ContainerSummaryHostConfig
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NetworkMode { get; init => field = OmitEmpty.Text(value); }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Annotations { get; init => field = OmitEmpty.Map(value); }
}

/// <summary>The networks of a listed container.</summary>
public sealed record ContainerSummaryNetworks
{
    public IReadOnlyDictionary<string, EndpointSettings>? Networks { get; init; }
}
