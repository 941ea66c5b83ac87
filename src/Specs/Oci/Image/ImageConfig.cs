using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sampan.Specs.Oci.Image;

/// <summary>What an image is made of and how to run it; its digest is the image id. image-spec v1.1, config.md, with the members
/// that Docker adds.</summary>
public sealed record ImageConfig
{
    /// <summary>RFC 3339, with as many digits as its maker wrote.</summary>
    public string? Created { get; init; }
    public string? Author { get; init; }

    /// <summary>GOARCH; Docker before 1.10 left it out.</summary>
    public string? Architecture { get; init; }
    public string? Variant { get; init; }

    /// <summary>GOOS; empty means linux.</summary>
    public string? Os { get; init; }
    [JsonPropertyName("os.version")] public string? OsVersion { get; init; }
    [JsonPropertyName("os.features")] public IReadOnlyList<string>? OsFeatures { get; init; }

    /// <summary>Defaults of a container made from the image.</summary>
    public ExecutionConfig? Config { get; init; }
    public RootFs? Rootfs { get; init; }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<HistoryEntry>? History { get; init; }

    // Docker's own.
    public string? Comment { get; init; }
    public string? Container { get; init; }
    [JsonPropertyName("container_config")] public JsonElement? ContainerConfig { get; init; }
    [JsonPropertyName("docker_version")] public string? DockerVersion { get; init; }

    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; set; }

    [JsonIgnore]
    public IReadOnlyList<Digest> DiffIds => Rootfs?.DiffIds ?? [];

    /// <summary>Null when absent or not a time.</summary>
    [JsonIgnore]
    public DateTimeOffset? CreatedAt => ParseTime(Created);

    [JsonIgnore]
    public Platform Platform => new()
    {
        Os = string.IsNullOrEmpty(Os) ? "linux" : Os,
        Architecture = string.IsNullOrEmpty(Architecture) ? Platform.Host.Architecture : Architecture,
        Variant = string.IsNullOrEmpty(Variant) ? null : Variant,
        OsVersion = OsVersion,
        OsFeatures = OsFeatures,
    };

    internal static DateTimeOffset? ParseTime(string? rfc3339) =>
        DateTimeOffset.TryParse(rfc3339, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}

/// <summary>The layers of an image, uncompressed. image-spec v1.1, config.md § rootfs.</summary>
public sealed record RootFs
{
    /// <summary>Always "layers".</summary>
    public string Type { get; init; } = "layers";

    /// <summary>[0] is the base layer.</summary>
    [JsonPropertyName("diff_ids")] public IReadOnlyList<Digest>? DiffIds { get; init; }
}

/// <summary>How one layer, or one change of metadata, came to be. image-spec v1.1, config.md § history.</summary>
public sealed record HistoryEntry
{
    public string? Created { get; init; }
    public string? Author { get; init; }
    [JsonPropertyName("created_by")] public string? CreatedBy { get; init; }
    public string? Comment { get; init; }

    /// <summary>True when the step made no layer.</summary>
    [JsonPropertyName("empty_layer")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool EmptyLayer { get; init; }

    [JsonIgnore]
    public DateTimeOffset? CreatedAt => ImageConfig.ParseTime(Created);
}
