using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>An image in the store. Immutable; a change of its names makes a new one.</summary>
public sealed record Image
{
    /// <summary>Digest of the config, as in Docker without the containerd image store; of an artifact that of its manifest or index, since artifacts share
    /// an empty config.</summary>
    public required Digest Id { get; init; }
    public required ImageConfig Config { get; init; }

    /// <summary>Bytes of the config, as the manifest says.</summary>
    public required long ConfigSize { get; init; }

    /// <summary>The manifest whose layers we hold: the one of our platform when the reference named an index.</summary>
    public required Descriptor Manifest { get; init; }

    /// <summary>Base layer first.</summary>
    public required IReadOnlyList<ImageLayer> Layers { get; init; }

    /// <summary>References with a tag, sorted.</summary>
    public IReadOnlyList<ImageReference> Tags { get; init; } = [];

    /// <summary>References by digest (name@sha256:…), sorted: the digest a pull resolved to, so of the index when there was one.</summary>
    public IReadOnlyList<ImageReference> RepoDigests { get; init; } = [];

    /// <summary>When a tag last began to point here; null when it never did.</summary>
    public DateTimeOffset? LastTagged { get; init; }

    /// <summary>The image it was committed from; null for one that came from elsewhere.</summary>
    public Digest? Parent { get; init; }

    /// <summary>Parent for a container's snapshot; null for an image without layers.</summary>
    public ChainId? TopLayer => Layers.Count == 0 ? null : Layers[^1].Chain;

    /// <summary>The blobs of what is no image (a chart, a signature): kept and pushed as they came, never unpacked. Null for an image.</summary>
    public IReadOnlyList<Descriptor>? Artifact { get; init; }

    public bool IsArtifact => Artifact is not null;

    /// <summary>Bytes of the files of all layers, unpacked; of an artifact those of its blobs.</summary>
    public long Size => Artifact is null ? Layers.Sum(layer => layer.Size) : Manifest.Size + Artifact.Sum(blob => blob.Size);

    /// <summary>What index.json names: <see cref="Manifest"/>, or its OCI twin when that is Docker's.</summary>
    public required Descriptor LayoutManifest { get; init; }

    /// <summary>Nothing with a tag points here.</summary>
    public bool IsDangling => Tags.Count == 0;
}

/// <summary>One layer of an image.</summary>
/// <param name="Blob">The compressed content, as in the manifest.</param>
/// <param name="DiffId">Digest of the uncompressed tar.</param>
/// <param name="Chain">The snapshot with this layer on top of those below it.</param>
/// <param name="Size">Bytes of its files, unpacked.</param>
public sealed record ImageLayer(Descriptor Blob, Digest DiffId, ChainId Chain, long Size);
