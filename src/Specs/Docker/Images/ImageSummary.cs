using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>One row of GET /images/json.</summary>
public sealed record ImageSummary
{
    /// <summary>-1 when not counted.</summary>
    public long Containers { get; init; } = -1;

    /// <summary>Unix seconds.</summary>
    public long Created { get; init; }

    [JsonPropertyName("Id")]
    public required string Id { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public string ParentId { get; init => field = value ?? ""; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OciDescriptor? Descriptor { get; init; }

    /// <summary>When asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ManifestSummary>? Manifests { get; init => field = OmitEmpty.List(value); }
    public IReadOnlyList<string> RepoDigests { get; init => field = value ?? []; } = [];
    public IReadOnlyList<string> RepoTags { get; init => field = value ?? []; } = [];

    /// <summary>Bytes; -1 when not counted.</summary>
    public long SharedSize { get; init; } = -1;

    /// <summary>Bytes, unpacked.</summary>
    public long Size { get; init; }

    /// <summary>Only below API 1.44.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long VirtualSize { get; init; }
}
