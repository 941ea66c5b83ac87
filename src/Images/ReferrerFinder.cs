using Sampan.Distribution;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>Something in a registry that refers to an image: a signature, an SBOM.</summary>
/// <param name="Subject">The index or manifest it is about.</param>
public sealed record Referrer(Digest Subject, Descriptor Descriptor);

/// <summary>What refers to an image, or to what is chosen of it here: people attach to the index or to the manifest.</summary>
internal sealed class ReferrerFinder(ImageStore store, RegistryClient registries)
{
    internal async Task<IReadOnlyList<Referrer>> FindAsync(ImageReference reference, string? artifactType, RegistryAuth? auth, CancellationToken ct)
    {
        reference = reference.WithDefaultTag();
        Repository repository = registries.Repository(reference, auth);
        try
        {
            FetchedManifest target = await repository.ManifestAsync(reference.Digest?.ToString() ?? reference.Tag!, ct).ConfigureAwait(false);
            var subjects = new List<Digest> { target.Descriptor.Digest };
            if (target.Index is { } index) subjects.AddRange(index.Manifests.Where(manifest => manifest is not null && !Attestation.Is(manifest)).Select(manifest => manifest.Digest).Where(store.Content.Contains));
            var referrers = new List<Referrer>();
            foreach (var subject in subjects.Distinct())
                referrers.AddRange((await repository.ReferrersAsync(subject, artifactType, ct).ConfigureAwait(false)).Select(found => new Referrer(subject, found)));
            return referrers;
        }
        catch (RegistryException e)
        {
            throw e.About(reference);
        }
    }
}
