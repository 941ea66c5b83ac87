using Sampan.Images;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.EngineApi.Documents;

/// <summary>The manifests of an image, as docker images --tree and inspect --manifests want them.</summary>
internal static class ManifestDocuments
{
    /// <summary>The size is that of the tree then: what its manifests take, compressed and unpacked.</summary>
    internal static ImageSummary Add(ImageSummary summary, ImageManifests manifests, ILookup<string, string> containers) => summary with
    {
        Descriptor = Descriptor(manifests.Target),
        Manifests = [.. manifests.Parts.Select(part => Part(part, containers))],
        Size = manifests.Parts.Sum(part => part.ContentSize + part.UnpackedSize),
    };

    internal static ImageInspect Add(ImageInspect image, ImageManifests manifests, ILookup<string, string> containers) =>
        image with { Descriptor = Descriptor(manifests.Target), Manifests = [.. manifests.Parts.Select(part => Part(part, containers))] };

    internal static OciDescriptor Descriptor(Descriptor descriptor) => new()
    {
        MediaType = descriptor.MediaType,
        Digest = descriptor.Digest.ToString(),
        Size = descriptor.Size,
        Urls = descriptor.Urls,
        Annotations = descriptor.Annotations,
        Platform = descriptor.Platform is { } platform ? Platform(platform) : null,
    };

    internal static OciPlatform Platform(Platform platform) => new()
    {
        Architecture = platform.Architecture,
        Os = platform.Os,
        OsVersion = platform.OsVersion,
        OsFeatures = platform.OsFeatures,
        Variant = platform.Variant,
    };

    private static ManifestSummary Part(ManifestPart part, ILookup<string, string> containers) => new()
    {
        Id = part.Descriptor.Digest.ToString(),
        Descriptor = Descriptor(part.Descriptor),
        Available = part.Available,
        Size = new ManifestSize { Content = part.ContentSize, Total = part.ContentSize + part.UnpackedSize },
        Kind = part.Kind switch { ManifestKind.Image => "image", ManifestKind.Attestation => "attestation", _ => "unknown" },
        ImageData = part.Kind is not ManifestKind.Image ? null : new ManifestImageData
        {
            Platform = Platform(part.Descriptor.Platform ?? new Platform { Os = "", Architecture = "" }),
            Size = new ManifestImageSize { Unpacked = part.UnpackedSize },
            Containers = part.Image is { } image ? [.. containers[image.Id.ToString()]] : [],
        },
        AttestationData = part.Kind is ManifestKind.Attestation ? new ManifestAttestationData { For = part.About?.ToString() ?? "" } : null,
    };
}
