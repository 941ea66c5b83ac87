using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>Answer of GET /containers/{id}/json.</summary>
public sealed record ContainerInspect
{
    [JsonPropertyName("Id")]
    public required string Id { get; init; }

    /// <summary>RFC 3339 with nanoseconds.</summary>
    public string Created { get; init => field = value ?? ""; } = "";

    /// <summary>The first word of the command.</summary>
    public string Path { get; init => field = value ?? ""; } = "";
    public IReadOnlyList<string>? Args { get; init; }
    public ContainerState? State { get; init; }

    /// <summary>The image's id.</summary>
    public string Image { get; init => field = value ?? ""; } = "";
    public string ResolvConfPath { get; init => field = value ?? ""; } = "";
    public string HostnamePath { get; init => field = value ?? ""; } = "";
    public string HostsPath { get; init => field = value ?? ""; } = "";
    public string LogPath { get; init => field = value ?? ""; } = "";

    /// <summary>With the leading slash.</summary>
    public string Name { get; init => field = value ?? ""; } = "";
    public int RestartCount { get; init; }

    /// <summary>The storage driver.</summary>
    public string Driver { get; init => field = value ?? ""; } = "";
    public string Platform { get; init => field = value ?? "linux"; } = "linux";
    public string MountLabel { get; init => field = value ?? ""; } = "";
    public string ProcessLabel { get; init => field = value ?? ""; } = "";
    public string AppArmorProfile { get; init => field = value ?? ""; } = "";

    /// <summary>null when none has been created.</summary>
    public IReadOnlyList<string>? ExecIDs { get; init; }
    public HostConfig? HostConfig { get; init; }
    public StorageDriverData? GraphDriver { get; init; }

    /// <summary>Bytes of the writable layer; only with size=1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? SizeRw { get; init; }

    /// <summary>Bytes of everything; only with size=1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? SizeRootFs { get; init; }
    public IReadOnlyList<MountPoint>? Mounts { get; init; }
    public ContainerConfig? Config { get; init; }
    public ContainerNetworkSettings? NetworkSettings { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OciDescriptor? ImageManifestDescriptor { get; init; }
}
