using Sampan.Content;
using Sampan.Distribution;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>From a name to the manifest of one platform: by way of an index where the name means one. What the store has already is not fetched again.</summary>
internal sealed class ManifestResolver(ContentStore content, Repository repository, ImageReference name, Platform? wanted)
{
    private const int MaxIndexDepth = 3;

    /// <param name="Target">What the name resolved to.</param>
    /// <param name="Manifest">The platform's.</param>
    internal sealed record Resolved(FetchedManifest Target, FetchedManifest Manifest);

    /// <summary>Stores every document it passes; the lease holds them.</summary>
    /// <param name="found">Called when the registry has answered what the name means.</param>
    internal async Task<Resolved> ResolveAsync(string tagOrDigest, Lease lease, Action found, CancellationToken ct)
    {
        FetchedManifest target = await FetchAsync(tagOrDigest, lease, ct).ConfigureAwait(false);
        found();
        FetchedManifest at = target;
        for (int depth = 0; at.Index is { } index; depth++)
        {
            if (depth == MaxIndexDepth) throw new FaultException(FaultKind.Unavailable, $"'{name.FamiliarString}' is an index of indexes more than {MaxIndexDepth} deep");
            var matcher = wanted is null ? PlatformMatcher.Host : new PlatformMatcher(wanted);
            var chosen = matcher.Choose(index.Manifests.Where(manifest => manifest is not null))
                ?? throw WrongPlatform.NotIn(index.Manifests, matcher.Wanted);
            at = await FetchAsync(chosen.Digest.ToString(), lease, ct).ConfigureAwait(false);
        }
        return new Resolved(target, at);
    }

    private async Task<FetchedManifest> FetchAsync(string tagOrDigest, Lease lease, CancellationToken ct)
    {
        if (Digest.TryParse(tagOrDigest, out var digest))
        {
            lease.Hold(digest);
            if (content.Contains(digest)) return FetchedManifest.Read(content.Read(digest, ImageStore.MaxManifestBytes), digest, null, name);
        }
        FetchedManifest fetched = await repository.ManifestAsync(tagOrDigest, ct).ConfigureAwait(false);
        lease.Hold(fetched.Descriptor.Digest);
        content.Add(fetched.Content.Span);
        return fetched;
    }
}
