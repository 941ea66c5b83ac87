using Sampan.Content;
using Sampan.Faults;
using Sampan.Layers;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>docker load: an archive is read once, from front to back; its blobs go into the store as they come, and its images are made when it has ended.</summary>
internal sealed class ImageLoader(ImageStore store, Unpacker unpacker)
{
    internal async Task<IReadOnlyList<LoadedImage>> LoadAsync(Stream archive, IProgress<PullProgress> receiver, CancellationToken ct)
    {
        var progress = new SerialProgress(receiver);
        using var lease = new ImageLease(store);
        IReadOnlyList<ArchivedImage> found = await Task.Factory.StartNew(() =>
        {
            using var stream = new BlockingStream(archive, ct);
            return ArchivedImage.FindAll(ArchiveContents.Read(stream, store.Content, lease.Blobs, ct), store.Content, lease.Blobs);
        }, ct, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);

        var images = new List<(ArchivedImage Archived, Image Image)>();
        foreach (var archived in found) images.Add((archived, await UnpackAsync(archived, lease, progress, ct).ConfigureAwait(false)));

        // Names change only when all of the archive proved good.
        var loaded = new List<LoadedImage>();
        foreach (var (archived, image) in images)
        {
            Image put = store.Put(image, archived.Names, archived.Descriptor);
            loaded.AddRange(archived.Names.Count == 0 ? [new LoadedImage(put, null)] : archived.Names.Select(name => new LoadedImage(put, name)));
        }
        return loaded;
    }

    private async Task<Image> UnpackAsync(ArchivedImage archived, ImageLease lease, SerialProgress progress, CancellationToken ct)
    {
        Manifest manifest = archived.Manifest;
        Digest id = manifest.Config.Digest;
        RequireBlobs(manifest);
        ImageConfig config = ConfigReader.Read(store.Content.Read(id, ImageStore.MaxConfigBytes), id);
        if (config.DiffIds.Count != manifest.Layers.Count)
            throw new FaultException(FaultKind.InvalidArgument, $"invalid manifest, layers length mismatch: expected {config.DiffIds.Count}, got {manifest.Layers.Count}");
        if (config.Platform.Os != Platform.Host.Os)
            throw new FaultException(FaultKind.NotSupported, $"cannot load {config.Platform.Os} image on {Platform.Host.Os}");

        lease.Blobs.Hold(id);
        var sources = LayerSource.Of(manifest, config);
        lease.Hold(sources);
        return store.Make(archived.Descriptor, manifest, config, await UnpackAsync(sources, lease, progress, ct).ConfigureAwait(false), lease.Blobs);
    }

    private async Task<IReadOnlyList<ImageLayer>> UnpackAsync(IReadOnlyList<LayerSource> sources, ImageLease lease, SerialProgress progress, CancellationToken ct)
    {
        var shares = new List<LayerUnpackShare>();
        try
        {
            foreach (var source in sources)
            {
                var loading = new ByteProgress(progress, "Loading layer", source.DiffId.Hex[..12], source.Blob.Size);
                var share = unpacker.Join(source, shares.LastOrDefault(), loading.Report);
                shares.Add(share);
                share.Supply(store.Content.Fetch(source.Blob, (_, _) => throw new FaultException(FaultKind.Internal, $"blob {source.Blob.Digest} has gone while it was loaded"), lease.Blobs));
            }
            var layers = new List<ImageLayer>();
            for (int i = 0; i < sources.Count; i++) layers.Add(sources[i].Unpacked(await shares[i].Completion.WaitAsync(ct).ConfigureAwait(false)));
            return layers;
        }
        finally
        {
            foreach (var share in shares) await share.LeaveAsync().ConfigureAwait(false);
        }
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
