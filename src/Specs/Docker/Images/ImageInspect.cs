using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>Answer of GET /images/{name}/json.</summary>
public sealed record ImageInspect
{
    [JsonPropertyName("Id")]
    public required string Id { get; init; }
    public IReadOnlyList<string> RepoTags { get; init => field = value ?? []; } = [];
    public IReadOnlyList<string> RepoDigests { get; init => field = value ?? []; } = [];
    public string Parent { get; init => field = value ?? ""; } = "";
    public string Comment { get; init => field = value ?? ""; } = "";

    /// <summary>RFC 3339; absent when the image does not say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Created { get; init => field = OmitEmpty.Text(value); }

    /// <summary>Only below API 1.45.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Container { get; init; }

    /// <summary>Only below API 1.45.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContainerConfig? ContainerConfig { get; init; }
    public string DockerVersion { get; init => field = value ?? ""; } = "";
    public string Author { get; init => field = value ?? ""; } = "";
    public ImageConfigDocument? Config { get; init; }
    public string Architecture { get; init => field = value ?? ""; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Variant { get; init => field = OmitEmpty.Text(value); }
    public string Os { get; init => field = value ?? ""; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OsVersion { get; init => field = OmitEmpty.Text(value); }

    /// <summary>Bytes, unpacked.</summary>
    public long Size { get; init; }

    /// <summary>Only below API 1.44: equal to <see cref="Size"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long VirtualSize { get; init; }
    public StorageDriverData GraphDriver { get; init => field = value ?? new(); } = new();

    [JsonPropertyName("RootFS")]
    public ImageRootFs RootFs { get; init => field = value ?? new(); } = new();
    public ImageMetadata Metadata { get; init => field = value ?? new(); } = new();

    /// <summary>The manifest; clients compare it between daemons.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OciDescriptor? Descriptor { get; init; }

    /// <summary>When asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ManifestSummary>? Manifests { get; init => field = OmitEmpty.List(value); }
}

/// <summary>The layers by diffID.</summary>
public sealed record ImageRootFs
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init => field = OmitEmpty.Text(value); } = "layers";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Layers { get; init => field = OmitEmpty.List(value); }
}

/// <summary>What this engine knows of the image beside its content.</summary>
public sealed record ImageMetadata
{
    /// <summary>When it last got a tag here; year 1 means never.</summary>
    public DateTimeOffset LastTagTime { get; init; }
}
