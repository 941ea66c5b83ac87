using System.Globalization;
using System.IO.Compression;
using Sampan.Content;
using Sampan.Layers;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>docker commit: what a container changed becomes one more layer on its image's. A container that changed nothing adds none.</summary>
internal sealed class ImageCommitter(ImageStore store, StoredLayers layers)
{
    private static readonly Digest EmptyTar = Digest.Of(new byte[1024]);
    private long _next;

    internal async Task<Image> CommitAsync(CommitOptions options, CancellationToken ct)
    {
        ExecutionConfig settings = ConfigMerge.Fill(ConfigChanges.Apply(options.Config ?? options.ContainerConfig, options.Changes), options.ContainerConfig);
        using var lease = new ImageLease(store);
        IReadOnlyList<ImageLayer> below = options.Parent?.Layers ?? [];
        if (options.Parent is { } parent) lease.Hold(LayerSource.Of(parent));
        var (blob, diffId) = await Task.Factory.StartNew(() => Pack(options, lease.Blobs, ct), ct, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        bool changed = diffId != EmptyTar;
        IReadOnlyList<ImageLayer> added = changed ? await UnpackAsync(below, blob, diffId, lease, ct).ConfigureAwait(false) : [];
        return new ImageMaker(store).Make(ConfigOf(options, settings, changed ? diffId : null), [.. below, .. added], options.Reference, options.Parent?.Id, lease);
    }

    private (Descriptor Blob, Digest DiffId) Pack(CommitOptions options, Lease lease, CancellationToken ct)
    {
        using BlobWriter writer = store.Content.Write(lease);
        LayerWritten written;
        using (var gzip = new GZipStream(new BlobStream(writer), CompressionLevel.Fastest))
        {
            using var changes = new ContainerChanges(store.Snapshotter, options.Container, options.Parent?.TopLayer,
                "commit-" + Interlocked.Increment(ref _next).ToString(CultureInfo.InvariantCulture));
            written = changes.Write(gzip, options.Without, ct);
        }
        long size = writer.Length;
        return (new Descriptor { MediaType = MediaTypes.OciLayerGzip, Digest = writer.Commit(), Size = size }, written.DiffId);
    }

    private async Task<IReadOnlyList<ImageLayer>> UnpackAsync(IReadOnlyList<ImageLayer> below, Descriptor blob, Digest diffId, ImageLease lease, CancellationToken ct)
    {
        ChainId? parent = below.Count == 0 ? null : below[^1].Chain;
        var source = new LayerSource(parent, ChainId.Of(parent, diffId), diffId, blob);
        lease.Hold([source]);
        return await layers.UnpackAsync([source], lease.Blobs, null, ct).ConfigureAwait(false);
    }

    private static ImageConfig ConfigOf(CommitOptions options, ExecutionConfig settings, Digest? diffId)
    {
        ImageConfig? parent = options.Parent?.Config;
        Platform platform = parent?.Platform ?? Platform.Host;
        string created = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
        var step = new HistoryEntry
        {
            Created = created,
            Author = NullIfEmpty(options.Author),
            CreatedBy = NullIfEmpty(options.CreatedBy),
            Comment = NullIfEmpty(options.Comment),
            EmptyLayer = diffId is null,
        };
        return new ImageConfig
        {
            Created = created,
            Author = NullIfEmpty(options.Author),
            Architecture = platform.Architecture,
            Variant = platform.Variant,
            Os = platform.Os,
            OsVersion = parent?.OsVersion,
            OsFeatures = parent?.OsFeatures,
            Config = settings,
            Container = NullIfEmpty(options.ContainerId),
            Rootfs = new RootFs { DiffIds = [.. parent?.DiffIds ?? [], .. diffId is { } added ? [added] : (Digest[])[]] },
            History = [.. parent?.History ?? [], step],
        };
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
