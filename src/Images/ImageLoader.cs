using Sampan.Content;
using Sampan.Faults;
using Sampan.Layers;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>docker load: an archive is read once, from front to back; its blobs go into the store as they come, and its images are made when it has ended.</summary>
internal sealed class ImageLoader(ImageStore store, StoredLayers layers)
{
    internal async Task<IReadOnlyList<LoadedImage>> LoadAsync(Stream archive, Platform? platform, IProgress<PullProgress> receiver, CancellationToken ct)
    {
        var progress = new SerialProgress(receiver);
        using var lease = new ImageLease(store);
        IReadOnlyList<ArchivedImage> found = await Task.Factory.StartNew(() =>
        {
            using var stream = new BlockingStream(archive, ct);
            return ArchivedImage.FindAll(ArchiveContents.Read(stream, store.Content, lease.Blobs, ct), store.Content, lease.Blobs, platform);
        }, ct, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);

        var images = new List<(ArchivedImage Archived, Image Image)>();
        foreach (var archived in Wanted(found, platform)) images.Add((archived, await UnpackAsync(archived, lease, progress, ct).ConfigureAwait(false)));

        // Names change only when all of the archive proved good.
        var loaded = new List<LoadedImage>();
        foreach (var (archived, image) in images)
        {
            Image put = store.Put(image, archived.Names, archived.Descriptor);
            loaded.AddRange(archived.Names.Count == 0 ? [new LoadedImage(put, null)] : archived.Names.Select(name => new LoadedImage(put, name)));
        }
        return loaded;
    }

    private IReadOnlyList<ArchivedImage> Wanted(IReadOnlyList<ArchivedImage> found, Platform? platform)
    {
        if (platform is null) return found;
        var matcher = new PlatformMatcher(platform);
        var platforms = found.Select(archived => (Archived: archived, ConfigOf(archived).Platform)).ToList();
        List<ArchivedImage> wanted = [.. platforms.Where(one => matcher.Matches(one.Platform)).Select(one => one.Archived)];
        return wanted.Count > 0 ? wanted : throw new FaultException(FaultKind.NotFound,
            $"no image for platform {matcher.Wanted} in the archive; it has {string.Join(", ", platforms.Select(one => one.Platform.Normalize().ToString()).Distinct())}");
    }

    private ImageConfig ConfigOf(ArchivedImage archived)
    {
        RequireBlobs(archived.Manifest);
        Digest id = archived.Manifest.Config.Digest;
        return ConfigReader.Read(store.Content.Read(id, ImageStore.MaxConfigBytes), id);
    }

    private async Task<Image> UnpackAsync(ArchivedImage archived, ImageLease lease, SerialProgress progress, CancellationToken ct)
    {
        Manifest manifest = archived.Manifest;
        Digest id = manifest.Config.Digest;
        ImageConfig config = ConfigOf(archived);
        if (config.DiffIds.Count != manifest.Layers.Count)
            throw new FaultException(FaultKind.InvalidArgument, $"invalid manifest, layers length mismatch: expected {config.DiffIds.Count}, got {manifest.Layers.Count}");
        if (config.Platform.Os != Platform.Host.Os)
            throw new FaultException(FaultKind.NotSupported, $"cannot load {config.Platform.Os} image on {Platform.Host.Os}");

        lease.Blobs.Hold(id);
        var sources = LayerSource.Of(manifest, config);
        lease.Hold(sources);
        return store.Make(archived.Descriptor, manifest, config, await layers.UnpackAsync(sources, lease.Blobs, LoadingBar, ct).ConfigureAwait(false), lease.Blobs);
        Action<long> LoadingBar(LayerSource source) => new ByteProgress(progress, "Loading layer", source.DiffId.Hex[..12], source.Blob.Size).Report;
    }

    private void RequireBlobs(Manifest manifest)
    {
        foreach (var blob in manifest.Layers.Prepend(manifest.Config))
        {
            if (store.Content.Size(blob.Digest) is not { } size)
                throw new FaultException(FaultKind.InvalidArgument, $"invalid archive: blob {blob.Digest} is named in it, but is not in it");
            if (size != blob.Size)
                throw new FaultException(FaultKind.InvalidArgument, $"invalid archive: blob {blob.Digest} has {size} bytes, its manifest says {blob.Size}");
        }
    }
}
