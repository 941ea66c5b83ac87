using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

public enum ManifestKind
{
    Unknown,
    Image,

    /// <summary>BuildKit's: a statement about another manifest of the same index.</summary>
    Attestation,
}

/// <summary>One manifest of an image's names.</summary>
/// <param name="Available">All of it is here.</param>
/// <param name="ContentSize">Bytes of its blobs that are here.</param>
/// <param name="UnpackedSize">Bytes of its layers' files that are here.</param>
/// <param name="Image">The image of this manifest that is here, or null.</param>
/// <param name="About">What an attestation is about.</param>
public sealed record ManifestPart(Descriptor Descriptor, ManifestKind Kind, bool Available, long ContentSize, long UnpackedSize, Image? Image, Digest? About);

/// <summary>What an image's names resolve to: one manifest, or an index of several.</summary>
/// <param name="Target">The index or manifest.</param>
public sealed record ImageManifests(Descriptor Target, IReadOnlyList<ManifestPart> Parts)
{
    internal static ImageManifests Of(Image image, ImageStore store)
    {
        var catalog = store.Catalog;
        var index = catalog.References.Where(reference => reference.Image == image.Id && MediaTypes.IsIndex(reference.Target.MediaType)).Select(reference => catalog.Index(reference.Target.Digest))
            .Concat(catalog.IndexesWith(image.Id)).FirstOrDefault(index => index is not null);
        if (index is not null && IndexReader.TryRead(index.Index, store.Content) is { Count: > 0 } manifests)
            return new ImageManifests(index.Index, [.. manifests.Select(manifest => PartOf(manifest, index, store))]);
        var bare = image.IsArtifact ? image.Manifest : image.Manifest with { Platform = image.Config.Platform };
        long content = image.Manifest.Size + (image.IsArtifact ? image.Artifact!.Sum(blob => blob.Size) : image.ConfigSize + image.Layers.Sum(layer => layer.Blob.Size));
        return new ImageManifests(image.Manifest, [new ManifestPart(bare, image.IsArtifact ? ManifestKind.Unknown : ManifestKind.Image, true, content, image.IsArtifact ? 0 : image.Size, image, null)]);
    }

    private static ManifestPart PartOf(Descriptor manifest, IndexDocument index, ImageStore store)
    {
        var member = index.Members.FirstOrDefault(member => member.Manifest.Digest == manifest.Digest);
        long content = (store.Content.Size(manifest.Digest) ?? 0) + (member?.Blobs.Sum(blob => blob.Size) ?? 0);
        Image? image = member?.Image is { } id ? store.Catalog.Image(id) : null;
        return new ManifestPart(manifest with { Platform = manifest.Platform ?? image?.Config.Platform }, KindOf(manifest, member, image), member is not null, content, image?.Size ?? 0, image,
            Attestation.About(manifest));
    }

    private static ManifestKind KindOf(Descriptor manifest, IndexMember? member, Image? image)
    {
        if (Attestation.Is(manifest)) return ManifestKind.Attestation;
        if (image is not null) return ManifestKind.Image;
        bool known = manifest.Platform is { Os: not ("" or "unknown") } && (member is null || member.Blobs.Count > 0 && MediaTypes.IsConfig(member.Blobs[0].MediaType));
        return known && MediaTypes.IsManifest(manifest.MediaType) && manifest.ArtifactType is null ? ManifestKind.Image : ManifestKind.Unknown;
    }
}
