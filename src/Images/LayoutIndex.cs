using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>Makes the index.json of an image layout: one descriptor per name, one for an image without.</summary>
internal static class LayoutIndex
{
    /// <summary>For the store itself: ref.name is the full name, unique in it (skopeo: <c>oci:DIR:docker.io/library/busybox:latest</c>).</summary>
    internal static Specs.Oci.Image.Index Of(IEnumerable<Image> images) => Of(images.OrderBy(image => image.Id.Hex, StringComparer.Ordinal)
        .SelectMany(image => Descriptors(image, image.Tags, tag => tag.ToString())));

    internal static Specs.Oci.Image.Index Of(IEnumerable<Descriptor> manifests) =>
        new() { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = [.. manifests] };

    internal static IEnumerable<Descriptor> Descriptors(Image image, IReadOnlyList<ImageReference> tags, Func<ImageReference, string?> refName)
    {
        Descriptor bare = image.LayoutManifest with { Annotations = null, Platform = image.IsArtifact ? null : image.Config.Platform };
        return Named(bare, image.Manifest.Digest, tags, refName);
    }

    /// <param name="original">What <paramref name="bare"/> stands for, when it is a twin.</param>
    internal static IEnumerable<Descriptor> Named(Descriptor bare, Digest original, IReadOnlyList<ImageReference> tags, Func<ImageReference, string?> refName)
    {
        var twin = original == bare.Digest ? [] : new Dictionary<string, string> { [Annotations.Original] = original.ToString() };
        if (tags.Count == 0) return [twin.Count == 0 ? bare : bare with { Annotations = twin }];
        return tags.Select(tag => bare with
        {
            Annotations = new Dictionary<string, string>(twin) { [Annotations.ImageName] = tag.ToString(), [Annotations.RefName] = refName(tag)! },
        });
    }
}
