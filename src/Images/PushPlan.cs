using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>What a push of one name sends: blobs first, then manifests, then what the tag names.</summary>
/// <param name="Target">What the tag will name.</param>
/// <param name="Manifests">What the target names, in an order a registry takes them in; none when it is a manifest.</param>
/// <param name="Blobs">Each once.</param>
/// <param name="InsteadOf">The index that the name resolves to, when not all of it is here and one of its manifests is sent instead.</param>
internal sealed record PushPlan(Descriptor Target, IReadOnlyList<Descriptor> Manifests, IReadOnlyList<PushBlob> Blobs, Descriptor? InsteadOf)
{
    /// <param name="platform">Send this platform's manifest only; null: the index if all of it is here.</param>
    /// <exception cref="FaultException">NotFound: nothing for the platform.</exception>
    internal static PushPlan Of(ReferenceDocument reference, Platform? platform, ImageStore store)
    {
        ImageCatalog catalog = store.Catalog;
        if (platform is not null) return OfImage(catalog.Get(reference.Reference, platform), null);
        Image image = catalog.As(reference);
        if (!MediaTypes.IsIndex(reference.Target.MediaType)) return OfImage(image, null);
        var index = IndexContent.Read(reference.Target, store.Content);
        if (!index.IsWhole) return OfImage(InIndex(catalog, reference) ?? image, reference.Target);
        var blobs = index.Entries.SelectMany(entry => BlobsOf(entry, store)).DistinctBy(blob => blob.Descriptor.Digest).ToList();
        return new PushPlan(reference.Target, [.. index.Entries.Select(entry => entry.Descriptor)], blobs, null);
    }

    private static PushPlan OfImage(Image image, Descriptor? insteadOf)
    {
        IEnumerable<PushBlob> layers = image.IsArtifact ? image.Artifact!.Select(blob => new PushBlob(blob, blob.Digest.Hex[..12]))
            : image.Layers.Reverse().Select(layer => new PushBlob(layer.Blob, layer.DiffId.Hex[..12]))
                .Append(new PushBlob(new Descriptor { MediaType = MediaTypes.OciConfig, Digest = image.Id, Size = image.ConfigSize }, null));
        return new PushPlan(image.Manifest, [], [.. layers.DistinctBy(blob => blob.Descriptor.Digest)], insteadOf);
    }

    /// <summary>The image of a name with the bytes of its index.</summary>
    private static Image? InIndex(ImageCatalog catalog, ReferenceDocument reference) =>
        catalog.Index(reference.Target.Digest)?.Members.FirstOrDefault(member => member.Image == reference.Image) is { } member ? catalog.As(member) : null;

    private static IEnumerable<PushBlob> BlobsOf(IndexContent.Entry entry, ImageStore store)
    {
        if (entry.Manifest is not { } manifest) yield break;
        IReadOnlyList<Digest> diffIds = [];
        if (entry.IsImage)
        {
            diffIds = ConfigReader.Read(store.Content.Read(manifest.Config.Digest, ImageStore.MaxConfigBytes), manifest.Config.Digest).DiffIds;
        }
        for (int i = manifest.Layers.Count - 1; i >= 0; i--)
            yield return new PushBlob(manifest.Layers[i], (i < diffIds.Count ? diffIds[i] : manifest.Layers[i].Digest).Hex[..12]);
        yield return new PushBlob(manifest.Config, null);
    }
}

/// <summary>A blob to push.</summary>
/// <param name="ProgressId">What it is called in the progress; null: not told of.</param>
internal sealed record PushBlob(Descriptor Descriptor, string? ProgressId);
