using System.Text.Json.Serialization;

namespace Sampan.Specs.Oci.Image;

/// <summary>One image in the manifest.json of an archive made by docker save. Docker's image spec v1.2, § Combined Image JSON + Filesystem Changeset Format.</summary>
public sealed record DockerArchiveEntry
{
    public const string FileName = "manifest.json";

    /// <summary>Path of the image config inside the archive.</summary>
    [JsonPropertyName("Config")] public required string Config { get; init; }

    /// <summary>Familiar names with tags; null for an image saved by its id.</summary>
    [JsonPropertyName("RepoTags")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<string>? RepoTags { get; init; }

    /// <summary>Paths of the layer tars inside the archive, base layer first.</summary>
    [JsonPropertyName("Layers")] public required IReadOnlyList<string> Layers { get; init; }
}
