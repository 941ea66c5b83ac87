using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Sampan.Content;
using Sampan.Faults;
using Sampan.Layers;
using Sampan.Layers.Compression;
using Sampan.Snapshots;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>docker import: one tar becomes the one layer of a new image.</summary>
internal sealed class ImageImporter(ImageStore store, ApplyOptions applying)
{
    private const string DefaultMessage = "Imported from -";
    private long _next;

    internal async Task<Image> ImportAsync(Stream tar, ImportOptions options, CancellationToken ct)
    {
        if (options.Platform is { } wanted && wanted.Normalize().Os != Platform.Host.Os) throw new FaultException(FaultKind.InvalidArgument, "operating system is not supported");
        ExecutionConfig settings = ConfigChanges.Apply(new ExecutionConfig(), options.Changes);
        using var lease = new ImageLease(store);
        var (layer, blob) = await Task.Factory.StartNew(() => Unpack(Receive(tar, lease, ct), lease, ct), ct, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);

        return new ImageMaker(store).Make(ConfigOf(layer, settings, options), [layer with { Blob = blob }], options.Reference, null, lease);
    }

    /// <summary>Stores the tar as it comes, so that a push sends these bytes; what no layer's media type covers (bzip2, xz) is stored uncompressed.</summary>
    private Descriptor Receive(Stream tar, ImageLease lease, CancellationToken ct)
    {
        using var received = new BlockingStream(tar, ct);
        byte[] buffer = new byte[64 * 1024];
        int start = received.ReadAtLeast(buffer, 6, throwOnEndOfStream: false);
        CompressionFormat format = Decompression.Detect(buffer.AsSpan(0, start));
        using Stream whole = new PrefixedStream(buffer.AsMemory(0, start).ToArray(), received);
        using Stream stored = format is CompressionFormat.Bzip2 or CompressionFormat.Xz ? Decompression.Open(whole, out _, ct) : whole;
        using BlobWriter writer = store.Content.Write(lease.Blobs);
        for (int got; (got = stored.Read(buffer)) > 0;) writer.Write(buffer.AsSpan(0, got));
        long size = writer.Length;
        return new Descriptor { MediaType = LayerMediaType.Of(format), Digest = writer.Commit(), Size = size };
    }

    private (ImageLayer Layer, Descriptor Blob) Unpack(Descriptor blob, ImageLease lease, CancellationToken ct)
    {
        var key = Unpacker.KeyFor("import-" + Interlocked.Increment(ref _next).ToString(CultureInfo.InvariantCulture));
        try
        {
            store.Snapshotter.Prepare(key, null);
            LayerResult result;
            using (FileStream stream = store.Content.OpenRead(blob.Digest))
            using (SafeFileHandle directory = store.Snapshotter.Open(key))
                result = LayerReader.Apply(stream, directory, applying, ct);
            var source = new LayerSource(null, ChainId.Of(null, result.DiffId), result.DiffId, blob);
            lease.Hold([source]);
            store.Snapshotter.Commit(key, source.Chain);
            return (source.Unpacked(result.FileBytes), blob);
        }
        catch
        {
            store.Snapshotter.Remove(key);
            throw;
        }
    }

    private static ImageConfig ConfigOf(ImageLayer layer, ExecutionConfig settings, ImportOptions options)
    {
        Platform platform = (options.Platform ?? Platform.Host).Normalize();
        string created = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
        string message = options.Message.Length == 0 ? DefaultMessage : options.Message;
        return new ImageConfig
        {
            Created = created,
            Architecture = platform.Architecture,
            Variant = platform.Variant,
            Os = platform.Os,
            Config = settings,
            Rootfs = new RootFs { DiffIds = [layer.DiffId] },
            History = [new HistoryEntry { Created = created, Comment = message }],
            Comment = message,
        };
    }
}
