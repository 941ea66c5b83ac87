using System.Text.Json.Serialization;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>What the store knows of an image beyond its manifest and config, which are blobs. One file per image id.</summary>
internal sealed record ImageDocument
{
    public required Digest Id { get; init; }
    public required Descriptor Manifest { get; init; }

    /// <summary>Bytes of each layer's files, unpacked; base layer first.</summary>
    public required IReadOnlyList<long> LayerSizes { get; init; }
    public DateTimeOffset? LastTagged { get; init; }
}

/// <summary>A name and what it points at. One file per reference.</summary>
internal sealed record ReferenceDocument
{
    /// <summary>Canonical, with a tag or a digest.</summary>
    public required string Reference { get; init; }
    public required Digest Image { get; init; }

    /// <summary>What the registry resolved the name to: an index, or the image's manifest.</summary>
    public required Descriptor Target { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ImageDocument))]
[JsonSerializable(typeof(ReferenceDocument))]
internal sealed partial class ImagesJson : JsonSerializerContext;
