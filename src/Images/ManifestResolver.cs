using Sampan.Content;
using Sampan.Distribution;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>From a name to the manifest of one platform: by way of an index where the name means one. What the store has already is not fetched again.</summary>
internal sealed class ManifestResolver(ContentStore content, Repository repository, ImageReference name, Platform? wanted, Lease lease)
{
    private readonly PlatformMatcher _matcher = wanted is null ? PlatformMatcher.Host : new PlatformMatcher(wanted);
    private readonly List<Platform> _offered = [];

    /// <param name="Target">What the name resolved to.</param>
    /// <param name="Indexes">From the target on those that led to the manifest, each as the one before it names it.</param>
    /// <param name="Manifest">The platform's, or the only one; null for an index of things that are for no platform.</param>
    /// <param name="Descriptor">Of the manifest, as its index names it.</param>
    internal sealed record Resolved(FetchedManifest Target, IReadOnlyList<FetchedManifest> Indexes, FetchedManifest? Manifest, Descriptor? Descriptor);

    /// <summary>Stores every document it passes; the lease holds them.</summary>
    /// <param name="found">Called when the registry has answered what the name means.</param>
    internal async Task<Resolved> ResolveAsync(string tagOrDigest, Action found, CancellationToken ct)
    {
        FetchedManifest target = await FetchAsync(tagOrDigest, ct).ConfigureAwait(false);
        found();
        if (target.Manifest is not null) return new Resolved(target, [], target, target.Descriptor);
        var resolved = await FindAsync(target, [target], ct).ConfigureAwait(false);
        if (resolved is not null) return new Resolved(target, resolved.Indexes, resolved.Manifest, resolved.Descriptor);
        if (_offered.Count > 0) throw WrongPlatform.NotIn(_offered, _matcher.Wanted);
        return new Resolved(target, [target], null, null);
    }

    /// <summary>By digest from the store, where it is there.</summary>
    internal async Task<FetchedManifest> FetchAsync(string tagOrDigest, CancellationToken ct)
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

    /// <summary>The manifest that fits best, by what the index says of its platform; then among those it says nothing of, by what their configs say.</summary>
    private async Task<Resolved?> FindAsync(FetchedManifest index, IReadOnlyList<FetchedManifest> path, CancellationToken ct)
    {
        if (path.Count > IndexReader.MaxDepth)
            throw new FaultException(FaultKind.Unavailable, $"'{name.FamiliarString}' is an index of indexes more than {IndexReader.MaxDepth} deep");
        var entries = index.Index!.Manifests.Where(manifest => manifest is not null).ToList();
        _offered.AddRange(entries.Select(entry => entry.Platform).OfType<Platform>().Where(platform => platform.Os != "unknown"));
        List<Descriptor> candidates = _matcher.Choose(entries) is { } chosen ? [chosen]
            : [.. entries.Where(entry => entry.Platform is null && !Attestation.Is(entry) && (MediaTypes.IsManifest(entry.MediaType) || MediaTypes.IsIndex(entry.MediaType)))];
        foreach (var candidate in candidates)
        {
            FetchedManifest at = await FetchAsync(candidate.Digest.ToString(), ct).ConfigureAwait(false);
            if (at.Index is not null)
            {
                if (await FindAsync(at, [.. path, at], ct).ConfigureAwait(false) is { } inside) return inside;
            }
            else if (candidate.Platform is not null || at.Manifest!.IsImage && await FitsAsync(at.Manifest!, ct).ConfigureAwait(false))
            {
                return new Resolved(index, path, at, candidate);
            }
        }
        return null;
    }

    private async Task<bool> FitsAsync(Manifest manifest, CancellationToken ct)
    {
        Platform platform = (await new ConfigFetch(content, repository, lease).RunAsync(manifest.Config, ct).ConfigureAwait(false)).Platform;
        _offered.Add(platform);
        return _matcher.Matches(platform);
    }
}
