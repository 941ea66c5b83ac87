using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>A blob that an image or a name needs.</summary>
/// <param name="Sources">Repositories that may have it; the ones by digest first, which are known to have had it.</param>
internal sealed record NeededBlob(Descriptor Descriptor, bool IsManifest, string Owner, IReadOnlyList<ImageReference> Sources)
{
    /// <summary>Each once, in the order of the images.</summary>
    internal static IReadOnlyList<NeededBlob> Of(ImageCatalog catalog)
    {
        var blobs = new Dictionary<Digest, NeededBlob>();
        foreach (var image in catalog.Images.OrderBy(image => image.Id.Hex, StringComparer.Ordinal))
        {
            IReadOnlyList<ImageReference> sources = [.. image.RepoDigests.Concat(image.Tags).Select(name => name.NameOnly()).DistinctBy(name => name.Name)];
            string name = image.Tags.Count > 0 ? image.Tags[0].FamiliarString : image.RepoDigests.Count > 0 ? image.RepoDigests[0].FamiliarString : image.Id.Hex[..12];
            Add(image.Manifest, true, "manifest");
            Add(image.LayoutManifest, true, "manifest");
            if (!image.IsArtifact) Add(new Descriptor { MediaType = MediaTypes.OciConfig, Digest = image.Id, Size = image.ConfigSize }, false, "config");
            foreach (var layer in image.Layers) Add(layer.Blob, false, "layer");
            foreach (var blob in image.Artifact ?? []) Add(blob, MediaTypes.IsManifest(blob.MediaType) || MediaTypes.IsIndex(blob.MediaType), "part");
            foreach (var reference in catalog.References.Where(reference => reference.Image == image.Id))
            {
                Add(reference.Target, true, "index");
                foreach (var member in catalog.Index(reference.Target.Digest)?.Members ?? [])
                {
                    Add(member.Manifest, MediaTypes.IsManifest(member.Manifest.MediaType) || MediaTypes.IsIndex(member.Manifest.MediaType), "manifest");
                    foreach (var blob in member.Blobs) Add(blob, false, "part");
                }
                if (reference.Manifest is null) continue;
                Add(reference.Manifest, true, "manifest");
                foreach (var layer in reference.Layers!) Add(layer, false, "layer");
            }

            void Add(Descriptor descriptor, bool isManifest, string role)
            {
                if (!blobs.TryGetValue(descriptor.Digest, out var known)) blobs[descriptor.Digest] = new NeededBlob(descriptor, isManifest, $"{role} of {name}", sources);
                else blobs[descriptor.Digest] = known with { Sources = [.. known.Sources.Concat(sources).DistinctBy(source => source.Name)] };
            }
        }
        return [.. blobs.Values];
    }
}
