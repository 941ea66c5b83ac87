using System.Text.Json;
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
/// <param name="Available">Config and layers are here.</param>
/// <param name="ContentSize">Bytes of its blobs that are here.</param>
/// <param name="UnpackedSize">Bytes of its layers' files that are here.</param>
/// <param name="Image">The image of this manifest that is here, or null.</param>
/// <param name="About">What an attestation is about.</param>
public sealed record ManifestPart(Descriptor Descriptor, ManifestKind Kind, bool Available, long ContentSize, long UnpackedSize, Image? Image, Digest? About);

/// <summary>What an image's names resolve to: one manifest, or an index of several.</summary>
/// <param name="Target">The index or manifest.</param>
public sealed record ImageManifests(Descriptor Target, IReadOnlyList<ManifestPart> Parts)
{
    private const string TypeAnnotation = "vnd.docker.reference.type";
    private const string DigestAnnotation = "vnd.docker.reference.digest";

    internal static ImageManifests Of(Image image, ImageStore store)
    {
        var index = store.Catalog.References.Where(reference => reference.Image == image.Id && MediaTypes.IsIndex(reference.Target.MediaType)).Select(reference => reference.Target).FirstOrDefault();
        var parts = index is null ? null : Read(index, store)?.Select(manifest => PartOf(manifest, store)).ToList();
        return parts is { Count: > 0 } ? new ImageManifests(index!, parts)
            : new ImageManifests(image.Manifest, [PartOf(image.Manifest with { Platform = image.Config.Platform }, store)]);
    }

    private static IReadOnlyList<Descriptor>? Read(Descriptor index, ImageStore store)
    {
        try
        {
            return JsonSerializer.Deserialize(store.Content.Read(index.Digest, ImageStore.MaxManifestBytes), OciImageJson.Default.Index)?.Manifests.Where(manifest => manifest is not null).ToList();
        }
        catch (Exception e) when (e is JsonException or Faults.FaultException)
        {
            return null;   // damaged since: the manifest alone is shown
        }
    }

    private static ManifestPart PartOf(Descriptor manifest, ImageStore store)
    {
        if (manifest.Annotations?.GetValueOrDefault(TypeAnnotation) == "attestation-manifest")
        {
            bool named = Digest.TryParse(manifest.Annotations.GetValueOrDefault(DigestAnnotation), out var about);
            return new ManifestPart(manifest, ManifestKind.Attestation, false, store.Content.Size(manifest.Digest) ?? 0, 0, null, named ? about : null);
        }
        ManifestKind kind = MediaTypes.IsManifest(manifest.MediaType) ? ManifestKind.Image : ManifestKind.Unknown;
        Image? image = store.Catalog.Images.FirstOrDefault(image => image.Manifest.Digest == manifest.Digest);
        long own = store.Content.Size(manifest.Digest) ?? 0;
        if (image is null) return new ManifestPart(manifest, kind, false, own, 0, null, null);
        long content = own + (store.Content.Size(image.Id) ?? 0) + image.Layers.Sum(layer => layer.Blob.Size);
        return new ManifestPart(manifest with { Platform = manifest.Platform ?? image.Config.Platform }, kind, true, content, image.Size, image, null);
    }
}
