using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sampan.Specs.Oci.Image;

/// <summary>A list of manifests, usually one per platform; also index.json of an image layout.
/// image-spec v1.1, image-index.md; Docker's manifest list has the same members.</summary>
public sealed record Index
{
    /// <summary>Always 2.</summary>
    public required int SchemaVersion { get; init; }
    public string? MediaType { get; init; }
    public string? ArtifactType { get; init; }
    public required IReadOnlyList<Descriptor> Manifests { get; init; }
    public Descriptor? Subject { get; init; }
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; set; }
}
