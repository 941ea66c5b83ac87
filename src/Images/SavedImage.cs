using Sampan.Content;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>One image as an archive has it: what index.json and manifest.json say of it, and the blobs that go with it.</summary>
/// <param name="Descriptors">One per name, for index.json.</param>
/// <param name="Entry">For manifest.json; null for an artifact, which docker save's format cannot hold.</param>
/// <param name="Blobs">In the store.</param>
/// <param name="Made">Documents that exist in the archive only.</param>
internal sealed record SavedImage(IReadOnlyList<Descriptor> Descriptors, DockerArchiveEntry? Entry, IReadOnlyList<Digest> Blobs, IReadOnlyList<byte[]> Made)
{
    /// <summary>The index, when all of it or several of its platforms are here: readers that want all of an index would miss the rest otherwise. Else the manifest.</summary>
    internal static SavedImage Of(Image image, Descriptor target, IReadOnlyList<ImageReference> tags, ContentStore content)
    {
        if (MediaTypes.IsIndex(target.MediaType) && IndexContent.Read(target, content) is var index && (index.IsWhole || index.Images > 1)) return OfIndex(image, target, index, tags);
        IReadOnlyList<Digest> blobs = [.. ImageCatalog.BlobsOf(image), image.Manifest.Digest];
        return new SavedImage([.. LayoutIndex.Descriptors(image, tags, tag => tag.Tag)], EntryOf(image, tags), blobs, []);
    }

    private static SavedImage OfIndex(Image image, Descriptor target, IndexContent index, IReadOnlyList<ImageReference> tags)
    {
        IReadOnlyList<Digest> blobs = [target.Digest, .. index.Entries.Where(entry => entry.IsWhole).SelectMany(entry => entry.Content).Select(blob => blob.Digest), .. ImageCatalog.BlobsOf(image)];
        var (descriptor, made) = target.MediaType == MediaTypes.OciIndex ? (target, []) : OciTwin.OfIndex(index);
        return new SavedImage([.. LayoutIndex.Named(descriptor with { Annotations = null, Platform = null }, target.Digest, tags, tag => tag.Tag)], EntryOf(image, tags), blobs, made);
    }

    private static DockerArchiveEntry? EntryOf(Image image, IReadOnlyList<ImageReference> tags) => image.IsArtifact ? null : new DockerArchiveEntry
    {
        Config = $"blobs/sha256/{image.Id.Hex}",
        RepoTags = tags.Count == 0 ? null : [.. tags.Select(tag => tag.FamiliarString)],
        Layers = [.. image.Layers.Select(layer => $"blobs/sha256/{layer.Blob.Digest.Hex}")],
    };
}
