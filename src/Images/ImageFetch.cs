using Sampan.Distribution;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>What a pull brought, not recorded yet.</summary>
/// <param name="Target">What the name resolved to.</param>
/// <param name="Members">Of that index what is here now; none when it is no index.</param>
internal sealed record FetchedImage(Image Image, Descriptor Target, IReadOnlyList<IndexMember> Members);

/// <summary>Brings one manifest of a name with all it needs: an image unpacked, with what attests it; anything else as it is.</summary>
internal sealed class ImageFetch(ImageStore store, Unpacker unpacker, TransferSlots slots, Repository repository, ImageReference reference, PullOptions options, ImageLease lease, SerialProgress progress)
{
    private readonly ManifestResolver _resolver = new(store.Content, repository, reference, options.Platform, lease.Blobs);

    /// <param name="found">Called when the registry has answered what the name means.</param>
    internal async Task<FetchedImage> RunAsync(string tagOrDigest, Action found, CancellationToken ct)
    {
        var resolved = await _resolver.ResolveAsync(tagOrDigest, found, ct).ConfigureAwait(false);
        Descriptor target = resolved.Target.Descriptor;
        var artifacts = new ArtifactFetch(store, repository, _resolver, lease.Blobs, progress);
        if (resolved.Manifest is not { } fetched)
        {
            var all = await artifacts.AllOfAsync(resolved.Target.Index!, ct).ConfigureAwait(false);
            return new FetchedImage(ImageStore.MakeArtifact(target, IndexMember.ContentOf(all)), target, all);
        }
        Manifest manifest = fetched.Manifest!;
        Image image = manifest.IsImage ? await UnpackAsync(resolved, fetched, ct).ConfigureAwait(false) : await artifacts.RunAsync(fetched, ct).ConfigureAwait(false);
        if (resolved.Indexes.Count == 0) return new FetchedImage(image, target, []);
        return new FetchedImage(image, target,
        [
            IndexMember.Of(resolved.Descriptor!, manifest, image.Id),
            .. resolved.Indexes.Skip(1).Select(index => IndexMember.OfDocument(index.Descriptor)),
            .. await artifacts.BesideAsync(resolved.Indexes[^1].Index!, fetched.Descriptor.Digest, ct).ConfigureAwait(false),
        ]);
    }

    private async Task<Image> UnpackAsync(ManifestResolver.Resolved resolved, FetchedManifest fetched, CancellationToken ct)
    {
        Manifest manifest = fetched.Manifest!;
        ImageConfig config = await new ConfigFetch(store.Content, repository, lease.Blobs).RunAsync(manifest.Config, ct).ConfigureAwait(false);
        if (config.DiffIds.Count != manifest.Layers.Count)
            throw new FaultException(FaultKind.Unavailable, $"layers from manifest don't match image configuration: {manifest.Layers.Count} layers, {config.DiffIds.Count} diffIDs in {manifest.Config.Digest}");
        // An index was asked for the platform already; and what it says counts, since old configs leave their variant out.
        if (resolved.Indexes.Count == 0 && options.Platform is { } wanted && !new PlatformMatcher(wanted).Matches(config.Platform))
            throw new FaultException(FaultKind.NotFound, WrongPlatform.Message(reference.FamiliarString, wanted, [config.Platform]));

        var sources = LayerSource.Of(manifest, config);
        lease.Hold(sources);
        var layers = new LayersPull(store, unpacker, repository, slots, lease.Blobs, progress);
        var unpacked = await layers.RunAsync(sources, ct).ConfigureAwait(false);
        return store.Make(fetched.Descriptor, manifest, config, unpacked, lease.Blobs);
    }
}
