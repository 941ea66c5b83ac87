using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>Answer of GET /containers/{id}/json.</summary>
public sealed record ContainerInspect
{
    [JsonPropertyName("Id")]
    public required string Id { get; init; }

    /// <summary>RFC 3339 with nanoseconds.</summary>
    public string Created { get; init; } = "";

    /// <summary>The first word of the command.</summary>
    public string Path { get; init; } = "";
    public IReadOnlyList<string>? Args { get; init; }
    public ContainerState? State { get; init; }

    /// <summary>The image's id.</summary>
    public string Image { get; init; } = "";
    public string ResolvConfPath { get; init; } = "";
    public string HostnamePath { get; init; } = "";
    public string HostsPath { get; init; } = "";
    public string LogPath { get; init; } = "";

    /// <summary>With the leading slash.</summary>
    public string Name { get; init; } = "";
    public int RestartCount { get; init; }

    /// <summary>The storage driver.</summary>
    public string Driver { get; init; } = "";
    public string Platform { get; init; } = "linux";
    public string MountLabel { get; init; } = "";
    public string ProcessLabel { get; init; } = "";
    public string AppArmorProfile { get; init; } = "";

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
