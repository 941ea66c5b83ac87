using Sampan.Distribution;
using Sampan.Faults;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>docker push: the blobs as they lie in the store, those the registry has left out, then the manifest with the bytes it always had.</summary>
internal sealed class ImagePusher(ImageStore store, RegistryClient registries, TransferSlots slots)
{
    internal async Task PushAsync(ImageReference reference, PushOptions options, IProgress<PullProgress> receiver, Action<PushResult> pushed, CancellationToken ct)
    {
        var progress = new SerialProgress(receiver);
        if (options.Platform is not null) store.Catalog.Get(reference.FamiliarString, options.Platform);
        progress.Report(new PullProgress($"The push refers to repository [{reference.Name}]"));
        foreach (var tag in Select(reference))
        {
            using var lease = new ImageLease(store);
            Image image = store.Catalog.Reference(tag) is { } known ? store.Catalog.As(known) : store.Catalog.Get(tag.ToString(), null);
            foreach (var digest in ImageCatalog.BlobsOf(image).Append(image.Manifest.Digest)) lease.Blobs.Hold(digest);
            await PushAsync(image, tag, options.Auth, progress, ct).ConfigureAwait(false);
            store.Put(image, [tag.WithDigest(image.Manifest.Digest)], image.Manifest);
            progress.Report(new PullProgress($"{tag.Tag}: digest: {image.Manifest.Digest} size: {image.Manifest.Size}"));
            pushed(new PushResult(tag.Tag!, image.Manifest.Digest, image.Manifest.Size));
        }
    }

    private List<ImageReference> Select(ImageReference reference)
    {
        if (reference.Digest is not null) throw new FaultException(FaultKind.InvalidArgument, "cannot push a digest reference");
        var names = store.Catalog.References.Select(known => ImageReference.Parse(known.Reference)).Where(known => known.Name == reference.Name).ToList();
        if (names.Count == 0) throw new FaultException(FaultKind.NotFound, $"An image does not exist locally with the tag: {reference.FamiliarName}");
        var tags = names.Where(known => known.Tag is not null && (reference.Tag is null || known.Tag == reference.Tag)).Order().ToList();
        return tags.Count > 0 ? tags
            : throw new FaultException(FaultKind.NotFound, reference.Tag is null ? $"no tags to push for {reference.FamiliarName}" : $"tag does not exist: {reference.FamiliarString}");
    }

    private async Task PushAsync(Image image, ImageReference tag, RegistryAuth? auth, SerialProgress progress, CancellationToken ct)
    {
        var layers = image.Layers.Reverse().DistinctBy(layer => layer.Blob.Digest).ToList();
        var sources = layers.ToDictionary(layer => layer.Blob.Digest, layer => SourceOf(layer.Blob.Digest, tag));
        Repository repository = registries.WritableRepository(tag, auth);
        foreach (var layer in layers) progress.Report(new PullProgress("Preparing", layer.DiffId.Hex[..12], ProgressDetail.None));

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var work = layers.Select(layer => PushLayerAsync(repository, layer, sources[layer.Blob.Digest], progress, ended.Token)).ToList();
        try
        {
            await foreach (var first in Task.WhenEach(work).ConfigureAwait(false)) await first.ConfigureAwait(false);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        var config = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = image.Id, Size = store.Content.Size(image.Id) ?? 0 };
        if (!await repository.HasBlobAsync(image.Id, ct).ConfigureAwait(false))
            await repository.UploadAsync(config, () => store.Content.OpenRead(image.Id), null, _ => { }, ct).ConfigureAwait(false);
        await repository.PutManifestAsync(tag.Tag!, image.Manifest, store.Content.Read(image.Manifest.Digest, ImageStore.MaxManifestBytes), ct).ConfigureAwait(false);
    }

    private async Task PushLayerAsync(Repository repository, ImageLayer layer, string? source, SerialProgress progress, CancellationToken ct)
    {
        string id = layer.DiffId.Hex[..12];
        using IDisposable slot = await slots.EnterAsync(() => progress.Report(new PullProgress("Waiting", id, ProgressDetail.None)), ct).ConfigureAwait(false);
        if (await repository.HasBlobAsync(layer.Blob.Digest, ct).ConfigureAwait(false))
        {
            progress.Report(new PullProgress("Layer already exists", id, ProgressDetail.None));
            return;
        }
        var pushing = new ByteProgress(progress, "Pushing", id, layer.Blob.Size);
        bool mounted = await repository.UploadAsync(layer.Blob, () => store.Content.OpenRead(layer.Blob.Digest), source, pushing.Report, ct).ConfigureAwait(false);
        progress.Report(new PullProgress(mounted ? $"Mounted from {source}" : "Pushed", id, ProgressDetail.None));
    }

    /// <summary>Another repository of the same registry that has this blob, as far as we know: the registry can take it from there.</summary>
    private string? SourceOf(Digest blob, ImageReference target) => store.Catalog.Images
        .Where(image => image.Layers.Any(layer => layer.Blob.Digest == blob))
        .SelectMany(image => image.RepoDigests)
        .FirstOrDefault(name => name.Domain == target.Domain && name.Path != target.Path)?.Path;
}
