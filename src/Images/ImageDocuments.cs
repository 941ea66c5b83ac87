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

    /// <summary>The image it was committed from.</summary>
    public Digest? Parent { get; init; }

    /// <summary>The blobs of what is no image; null for an image.</summary>
    public IReadOnlyList<Descriptor>? Artifact { get; init; }
}

/// <summary>A name and what it points at. One file per reference.</summary>
internal sealed record ReferenceDocument
{
    /// <summary>Canonical, with a tag or a digest.</summary>
    public required string Reference { get; init; }
    public required Digest Image { get; init; }

    /// <summary>What the registry resolved the name to: an index, or the image's manifest.</summary>
    public required Descriptor Target { get; init; }

    /// <summary>The manifest the image came with under this name; null when it is the image's own. One config may come under several manifests, compressed
    /// in other ways: each name is pushed with the bytes it was pulled with.</summary>
    public Descriptor? Manifest { get; init; }

    /// <summary>The layers of <see cref="Manifest"/>.</summary>
    public IReadOnlyList<Descriptor>? Layers { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ImageDocument))]
[JsonSerializable(typeof(ReferenceDocument))]
[JsonSerializable(typeof(IndexDocument))]
internal sealed partial class ImagesJson : JsonSerializerContext;
