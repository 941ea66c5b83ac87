using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sampan.Content;
using Sampan.Distribution;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>Pulls: docs/flows/pull.md.</summary>
internal sealed partial class ImagePuller(ImageStore store, Unpacker unpacker, RegistryClient registries, ILogger log)
{
    internal async Task<PullResult> PullAsync(ImageReference reference, PullOptions options, IProgress<PullProgress> receiver, CancellationToken ct)
    {
        var progress = new SerialProgress(receiver);
        Repository repository = registries.Repository(reference, options.Auth);
        try
        {
            if (!options.AllTags) return await PullOneAsync(repository, reference.WithDefaultTag(), options, progress, ct).ConfigureAwait(false);
            if (!reference.IsNameOnly) throw new FaultException(FaultKind.InvalidArgument, "tag can't be used with --all-tags/-a");
            PullResult? last = null;
            foreach (string tag in await repository.TagsAsync(ct).ConfigureAwait(false))
                last = await PullOneAsync(repository, reference.WithTag(tag), options, progress, ct).ConfigureAwait(false);
            return last ?? throw new FaultException(FaultKind.NotFound, $"repository {reference.FamiliarName} has no tags");
        }
        catch (FaultException e) when (DiskFull.IsToldBy(e))
        {
            store.Content.DropPartials();   // the room is worth more than the bytes
            throw;
        }
        catch (RegistryException e)
        {
            throw e.About(reference.IsNameOnly && !options.AllTags ? reference.WithDefaultTag() : reference);
        }
    }

    private async Task<PullResult> PullOneAsync(Repository repository, ImageReference reference, PullOptions options, SerialProgress progress, CancellationToken ct)
    {
        long started = System.Diagnostics.Stopwatch.GetTimestamp();
        string tagOrDigest = reference.Digest?.ToString() ?? reference.Tag!;

        if (await FindCurrentAsync(repository, reference, options, ct).ConfigureAwait(false) is { } current)
        {
            progress.Report(PullingFrom(reference, tagOrDigest));
            return Finish(reference, current.Image, current.Digest, PullOutcome.UpToDate, progress);
        }

        using var lease = new ImageLease(store);
        var (image, target) = await FetchAsync(repository, reference, tagOrDigest, options, lease, progress, ct).ConfigureAwait(false);
        bool known = store.Catalog.Reference(reference)?.Image == image.Id;
        ImageReference byDigest = reference.WithDigest(target.Digest);
        image = store.Put(image, reference.Digest is null ? [reference, byDigest] : [byDigest], target);
        Log.Pulled(log, reference.ToString(), image.Layers.Sum(layer => layer.Blob.Size), (long)System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        return Finish(reference, image, target.Digest, known ? PullOutcome.UpToDate : PullOutcome.Downloaded, progress);
    }

    /// <summary>The image we have under this name, if the registry still means the same by it.</summary>
    private async Task<(Image Image, Digest Digest)?> FindCurrentAsync(Repository repository, ImageReference reference, PullOptions options, CancellationToken ct)
    {
        if (store.Catalog.Reference(reference) is not { } known || store.Catalog.Image(known.Image) is not { } image) return null;
        if (options.Platform is { } platform && !new PlatformMatcher(platform).Matches(image.Config.Platform)) return null;
        if (options.Platform is null && MediaTypes.IsIndex(known.Target.MediaType) && !PlatformMatcher.Host.Matches(image.Config.Platform)) return null;
        // A digest cannot mean anything else than what we verified.
        bool same = reference.Digest is not null || await repository.ResolveAsync(reference.Tag!, ct).ConfigureAwait(false) == known.Target.Digest;
        return same ? (image, known.Target.Digest) : null;
    }

    private async Task<(Image Image, Descriptor Target)> FetchAsync(Repository repository, ImageReference reference, string tagOrDigest, PullOptions options,
        ImageLease lease, SerialProgress progress, CancellationToken ct)
    {
        var resolver = new ManifestResolver(store.Content, repository, reference, options.Platform);
        // Nothing is told before the registry has answered: until then a failure is the whole answer to the client.
        var (target, fetched) = await resolver.ResolveAsync(tagOrDigest, lease.Blobs, () => progress.Report(PullingFrom(reference, tagOrDigest)), ct).ConfigureAwait(false);
        Manifest manifest = fetched.Manifest!;
        ImageConfig config = await FetchConfigAsync(repository, reference, manifest, lease.Blobs, ct).ConfigureAwait(false);
        // An index was asked for the platform already; and what it says counts, since old configs leave their variant out.
        if (target.Manifest is not null && options.Platform is { } wanted && !new PlatformMatcher(wanted).Matches(config.Platform))
            throw new FaultException(FaultKind.NotFound, WrongPlatform.Message(reference.FamiliarString, wanted));

        var sources = LayerSource.Of(manifest, config);
        lease.Hold(sources);
        var layers = new LayersPull(store, unpacker, repository, lease.Blobs, progress);
        var unpacked = await layers.RunAsync(sources, options.Parallelism, ct).ConfigureAwait(false);
        return (store.Make(fetched.Descriptor, manifest, config, unpacked, lease.Blobs), target.Descriptor);
    }

    private async Task<ImageConfig> FetchConfigAsync(Repository repository, ImageReference reference, Manifest manifest, Lease lease, CancellationToken ct)
    {
        Descriptor descriptor = manifest.Config;
        if (!MediaTypes.IsConfig(descriptor.MediaType))
            throw new FaultException(FaultKind.NotSupported, $"cannot pull '{reference.FamiliarString}': it is not a container image; its config is of type '{descriptor.MediaType}'");
        if (descriptor.Size > ImageStore.MaxConfigBytes)
            throw new FaultException(FaultKind.Unavailable, $"config {descriptor.Digest} is too large: {descriptor.Size} bytes, the limit is {ImageStore.MaxConfigBytes}");
        using (BlobFetch fetch = store.Content.Fetch(descriptor, (offset, token) => repository.BlobAsync(descriptor, offset, _ => { }, token), lease))
            await fetch.Completion.WaitAsync(ct).ConfigureAwait(false);
        ImageConfig config = ConfigReader.Read(store.Content.Read(descriptor.Digest, ImageStore.MaxConfigBytes), descriptor.Digest);
        if (config.DiffIds.Count != manifest.Layers.Count)
            throw new FaultException(FaultKind.Unavailable, $"layers from manifest don't match image configuration: {manifest.Layers.Count} layers, {config.DiffIds.Count} diffIDs in {descriptor.Digest}");
        if (config.Platform.Os != Platform.Host.Os)
            throw new FaultException(FaultKind.NotSupported, $"image operating system \"{config.Platform.Os}\" cannot be used on this platform");
        return config;
    }

    private static PullProgress PullingFrom(ImageReference reference, string tagOrDigest) => new($"Pulling from {reference.Path}", tagOrDigest);

    private static PullResult Finish(ImageReference reference, Image image, Digest digest, PullOutcome outcome, SerialProgress progress)
    {
        progress.Report(new PullProgress($"Digest: {digest}"));
        progress.Report(new PullProgress(outcome is PullOutcome.UpToDate
            ? $"Status: Image is up to date for {reference.FamiliarString}"
            : $"Status: Downloaded newer image for {reference.FamiliarString}"));
        return new PullResult(image, digest, outcome);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "pulled {Reference}: {Bytes} bytes in {ElapsedMs} ms")]
        public static partial void Pulled(ILogger logger, string reference, long bytes, long elapsedMs);
    }
}
