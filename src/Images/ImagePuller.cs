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
            return current;
        }

        using var lease = new ImageLease(store);
        var (image, target, members) = await FetchAnywhereAsync(repository, reference, options, lease, progress, ct).ConfigureAwait(false);
        bool known = store.Catalog.Reference(reference)?.Image == image.Id;
        ImageReference byDigest = reference.WithDigest(target.Digest);
        image = store.Put(image, reference.Digest is null ? [reference, byDigest] : [byDigest], target, members);
        Log.Pulled(log, reference.ToString(), image.Layers.Sum(layer => layer.Blob.Size), (long)System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        progress.Report(new PullProgress($"Digest: {target.Digest}"));
        return new PullResult(image, target.Digest, known ? PullOutcome.UpToDate : PullOutcome.Downloaded);
    }

    /// <summary>What a mirror gave that is wrong (another digest, a manifest that is none) says nothing about the registry.</summary>
    private async Task<FetchedImage> FetchAnywhereAsync(Repository repository, ImageReference reference, PullOptions options, ImageLease lease, SerialProgress progress, CancellationToken ct)
    {
        try
        {
            return await FetchAsync().ConfigureAwait(false);
        }
        catch (FaultException e) when (!ct.IsCancellationRequested && !DiskFull.IsToldBy(e) && repository.LeaveMirrors())
        {
            return await FetchAsync().ConfigureAwait(false);
        }

        // Nothing is told before the registry has answered: until then a failure is the whole answer to the client.
        Task<FetchedImage> FetchAsync() => new ImageFetch(store, unpacker, slots, repository, reference, options, lease, progress)
            .RunAsync(reference.Digest?.ToString() ?? reference.Tag!, () => progress.Report(PullingFrom(reference)), ct);
    }

    /// <summary>The image we have under this name, if the registry still means the same by it.</summary>
    private async Task<PullResult?> FindCurrentAsync(Repository repository, ImageReference reference, PullOptions options, CancellationToken ct)
    {
        if (store.Catalog.Reference(reference) is not { } known || Chosen(known, options.Platform) is not { } image) return null;
        // A digest cannot mean anything else than what we verified.
        bool same = reference.Digest is not null || await repository.ResolveAsync(reference.Tag!, ct).ConfigureAwait(false) == known.Target.Digest;
        if (!same) return null;
        if (known.Image == image.Id) return new PullResult(image, known.Target.Digest, PullOutcome.UpToDate);
        // Another platform of the same index, here already: the name means it from now on.
        ImageReference byDigest = reference.WithDigest(known.Target.Digest);
        image = store.Put(image, reference.Digest is null ? [reference, byDigest] : [byDigest], known.Target);
        return new PullResult(image, known.Target.Digest, PullOutcome.Downloaded);
    }

    /// <summary>What a pull of the name would choose, if that is here.</summary>
    private Image? Chosen(ReferenceDocument known, Platform? platform)
    {
        Image image = store.Catalog.Image(known.Image)!;
        if (store.Catalog.Index(known.Target.Digest) is not { } index) return platform is null || !image.IsArtifact && new PlatformMatcher(platform).Matches(image.Config.Platform) ? image : null;
        if (IndexReader.TryRead(index.Index, store.Content) is not { } entries) return null;
        if (image.IsArtifact) return platform is null ? image : null;
        var matcher = platform is null ? PlatformMatcher.Host : new PlatformMatcher(platform);
        return matcher.Choose(entries) is { } chosen && index.Members.FirstOrDefault(member => member.Manifest.Digest == chosen.Digest) is { Image: not null } member ? store.Catalog.As(member) : null;
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
