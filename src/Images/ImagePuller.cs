using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sampan.Content;
using Sampan.Distribution;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>Pulls: docs/flows/pull.md.</summary>
internal sealed partial class ImagePuller(ImageStore store, Unpacker unpacker, RegistryClient registries, TransferSlots slots, ILogger log)
{
    internal async Task<PullResult> PullAsync(ImageReference reference, PullOptions options, IProgress<PullProgress> receiver, CancellationToken ct)
    {
        var progress = new SerialProgress(receiver);
        Repository repository = registries.Repository(reference, options.Auth);
        try
        {
            if (!options.AllTags) return Finish(reference.WithDefaultTag(), await PullOneAsync(repository, reference.WithDefaultTag(), options, progress, ct).ConfigureAwait(false), progress);
            if (!reference.IsNameOnly) throw new FaultException(FaultKind.InvalidArgument, "tag can't be used with --all-tags/-a");
            PullResult? last = null;
            bool downloaded = false;
            foreach (string tag in await repository.TagsAsync(ct).ConfigureAwait(false))
            {
                last = await PullOneAsync(repository, reference.WithTag(tag), options, progress, ct).ConfigureAwait(false);
                downloaded |= last.Outcome is PullOutcome.Downloaded;
            }
            return last is not null ? Finish(reference, last with { Outcome = downloaded ? PullOutcome.Downloaded : PullOutcome.UpToDate }, progress) : throw new FaultException(FaultKind.NotFound, $"repository {reference.FamiliarName} has no tags");
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
        if (await FindCurrentAsync(repository, reference, options, ct).ConfigureAwait(false) is { } current)
        {
            progress.Report(PullingFrom(reference));
            progress.Report(new PullProgress($"Digest: {current.Digest}"));
            return new PullResult(current.Image, current.Digest, PullOutcome.UpToDate);
        }

        using var lease = new ImageLease(store);
        var (image, target) = await FetchAnywhereAsync(repository, reference, options, lease, progress, ct).ConfigureAwait(false);
        bool known = store.Catalog.Reference(reference)?.Image == image.Id;
        ImageReference byDigest = reference.WithDigest(target.Digest);
        image = store.Put(image, reference.Digest is null ? [reference, byDigest] : [byDigest], target);
        Log.Pulled(log, reference.ToString(), image.Layers.Sum(layer => layer.Blob.Size), (long)System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        progress.Report(new PullProgress($"Digest: {target.Digest}"));
        return new PullResult(image, target.Digest, known ? PullOutcome.UpToDate : PullOutcome.Downloaded);
    }

    /// <summary>What a mirror gave that is wrong (another digest, a manifest that is none) says nothing about the registry.</summary>
    private async Task<(Image Image, Descriptor Target)> FetchAnywhereAsync(Repository repository, ImageReference reference, PullOptions options, ImageLease lease, SerialProgress progress, CancellationToken ct)
    {
        try
        {
            return await FetchAsync(repository, reference, options, lease, progress, ct).ConfigureAwait(false);
        }
        catch (FaultException e) when (!ct.IsCancellationRequested && !DiskFull.IsToldBy(e) && repository.LeaveMirrors())
        {
            return await FetchAsync(repository, reference, options, lease, progress, ct).ConfigureAwait(false);
        }
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

    private async Task<(Image Image, Descriptor Target)> FetchAsync(Repository repository, ImageReference reference, PullOptions options,
        ImageLease lease, SerialProgress progress, CancellationToken ct)
    {
        var resolver = new ManifestResolver(store.Content, repository, reference, options.Platform);
        // Nothing is told before the registry has answered: until then a failure is the whole answer to the client.
        var (target, fetched) = await resolver.ResolveAsync(reference.Digest?.ToString() ?? reference.Tag!, lease.Blobs, () => progress.Report(PullingFrom(reference)), ct).ConfigureAwait(false);
        Manifest manifest = fetched.Manifest!;
        ImageConfig config = await FetchConfigAsync(repository, reference, manifest, lease.Blobs, ct).ConfigureAwait(false);
        // An index was asked for the platform already; and what it says counts, since old configs leave their variant out.
        if (target.Manifest is not null && options.Platform is { } wanted && !new PlatformMatcher(wanted).Matches(config.Platform))
            throw new FaultException(FaultKind.NotFound, WrongPlatform.Message(reference.FamiliarString, wanted));

        var sources = LayerSource.Of(manifest, config);
        lease.Hold(sources);
        var layers = new LayersPull(store, unpacker, repository, slots, lease.Blobs, progress);
        var unpacked = await layers.RunAsync(sources, ct).ConfigureAwait(false);
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

    // "latest: Pulling from library/busybox"    "docker.io/library/busybox@sha256:…: Pulling from library/busybox"
    private static PullProgress PullingFrom(ImageReference reference) => new($"Pulling from {reference.Path}", reference.Digest is null ? reference.Tag : reference.ToString());

    private static PullResult Finish(ImageReference reference, PullResult result, SerialProgress progress)
    {
        progress.Report(new PullProgress(result.Outcome is PullOutcome.UpToDate
            ? $"Status: Image is up to date for {reference.FamiliarString}"
            : $"Status: Downloaded newer image for {reference.FamiliarString}"));
        return result;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "pulled {Reference}: {Bytes} bytes in {ElapsedMs} ms")]
        public static partial void Pulled(ILogger logger, string reference, long bytes, long elapsedMs);
    }
}
