using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>BuildKit's statements about an image, beside it in the index. buildkit, docs/attestations/attestation-storage.md.</summary>
internal static class Attestation
{
    private const string TypeAnnotation = "vnd.docker.reference.type";
    private const string DigestAnnotation = "vnd.docker.reference.digest";

    internal static bool Is(Descriptor manifest) => manifest.Annotations?.GetValueOrDefault(TypeAnnotation) == "attestation-manifest";

    /// <summary>The manifest it is about; null when it is no attestation, or does not say.</summary>
    internal static Digest? About(Descriptor manifest) =>
        Is(manifest) && Digest.TryParse(manifest.Annotations!.GetValueOrDefault(DigestAnnotation), out var about) ? about : null;
}
