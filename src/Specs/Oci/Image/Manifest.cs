using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sampan.Specs.Oci.Image;

/// <summary>One image for one platform: its config and its layers. image-spec v1.1, manifest.md; Docker's schema 2 has the same members.</summary>
public sealed record Manifest
{
    /// <summary>Always 2.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>Required by Docker's schema 2, recommended by OCI.</summary>
    public string? MediaType { get; init; }
    public string? ArtifactType { get; init; }
    public required Descriptor Config { get; init; }

    /// <summary>[0] is the base layer.</summary>
    public required IReadOnlyList<Descriptor> Layers { get; init; }
    public Descriptor? Subject { get; init; }
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>An image that can be unpacked; else an artifact: a chart, a signature, an attestation.</summary>
    [JsonIgnore]
    public bool IsImage => MediaTypes.IsConfig(Config.MediaType) && Layers.All(layer => MediaTypes.IsLayer(layer.MediaType));

    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; set; }
}
