using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sampan.Specs.Oci.Image;

/// <summary>Names content by type, digest and size. image-spec v1.1, descriptor.md.</summary>
public sealed record Descriptor
{
    public required string MediaType { get; init; }
    public required Digest Digest { get; init; }

    /// <summary>Bytes of the content, exactly.</summary>
    public required long Size { get; init; }

    /// <summary>Other places to fetch it from; only for non-distributable layers.</summary>
    public IReadOnlyList<string>? Urls { get; init; }
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Only in an index.</summary>
    public Platform? Platform { get; init; }
    public string? ArtifactType { get; init; }

    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; set; }
}
