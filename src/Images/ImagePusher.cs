using Sampan.Distribution;
using Sampan.Faults;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>docker push: the blobs as they lie in the store, those the registry has left out, then the manifest with the bytes it always had.</summary>
internal sealed class ImagePusher(ImageStore store, RegistryClient registries)
{
    private const int Parallelism = 5;

    internal async Task<IReadOnlyList<PushResult>> PushAsync(ImageReference reference, PushOptions options, IProgress<PullProgress> receiver, CancellationToken ct)
    {
        var progress = new SerialProgress(receiver);
        if (options.Platform is not null) store.Catalog.Get(reference.FamiliarString, options.Platform);
        progress.Report(new PullProgress($"The push refers to repository [{reference.Name}]"));
        var tags = Select(reference);
        var results = new List<PushResult>();
        foreach (var tag in tags)
        {
            using var lease = new ImageLease(store);
            Image image = store.Catalog.Reference(tag) is { } known ? store.Catalog.As(known) : store.Catalog.Get(tag.ToString(), null);
            foreach (var digest in ImageCatalog.BlobsOf(image).Append(image.Manifest.Digest)) lease.Blobs.Hold(digest);
            await PushAsync(image, tag, options.Auth, progress, ct).ConfigureAwait(false);
            store.Put(image, [tag.WithDigest(image.Manifest.Digest)], image.Manifest);
            progress.Report(new PullProgress($"{tag.Tag}: digest: {image.Manifest.Digest} size: {image.Manifest.Size}"));
            results.Add(new PushResult(tag.Tag!, image.Manifest.Digest, image.Manifest.Size));
        }
        return results;
    }

    private List<ImageReference> Select(ImageReference reference)
    {
        if (reference.Digest is not null) throw new FaultException(FaultKind.InvalidArgument, "cannot push a digest reference");
        var tags = store.Catalog.References.Select(known => ImageReference.Parse(known.Reference))
            .Where(known => known.Tag is not null && known.Name == reference.Name && (reference.Tag is null || known.Tag == reference.Tag)).Order().ToList();
        return tags.Count > 0 ? tags : throw new FaultException(FaultKind.NotFound, $"An image does not exist locally with the tag: {reference.FamiliarName}");
    }

    private async Task PushAsync(Image image, ImageReference tag, RegistryAuth? auth, SerialProgress progress, CancellationToken ct)
    {
        var layers = image.Layers.Reverse().DistinctBy(layer => layer.Blob.Digest).ToList();
        var sources = layers.ToDictionary(layer => layer.Blob.Digest, layer => SourceOf(layer.Blob.Digest, tag));
        Repository repository = registries.WritableRepository(tag, auth, sources.Values.OfType<string>().Distinct());
        foreach (var layer in layers) progress.Report(new PullProgress("Preparing", layer.DiffId.Hex[..12], ProgressDetail.None));

        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = ct };
        await Parallel.ForEachAsync(layers, options, async (layer, token) =>
            await PushLayerAsync(repository, layer, sources[layer.Blob.Digest], progress, token).ConfigureAwait(false)).ConfigureAwait(false);
        var config = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = image.Id, Size = store.Content.Size(image.Id) ?? 0 };
        if (!await repository.HasBlobAsync(image.Id, ct).ConfigureAwait(false))
            await repository.UploadAsync(config, () => store.Content.OpenRead(image.Id), null, _ => { }, ct).ConfigureAwait(false);
        await repository.PutManifestAsync(tag.Tag!, image.Manifest, store.Content.Read(image.Manifest.Digest, ImageStore.MaxManifestBytes), ct).ConfigureAwait(false);
    }

    private async Task PushLayerAsync(Repository repository, ImageLayer layer, string? source, SerialProgress progress, CancellationToken ct)
    {
        string id = layer.DiffId.Hex[..12];
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
