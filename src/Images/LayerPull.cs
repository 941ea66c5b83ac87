using Sampan.Content;
using Sampan.Distribution;

namespace Sampan.Images;

/// <summary>One layer of a pull: fetched, and unpacked while it comes; told of in dockerd's words.</summary>
internal sealed class LayerPull(ImageStore store, Repository repository, TransferSlots slots, Lease lease, IProgress<PullProgress> progress, LayerSource source)
{
    private readonly string _id = source.Blob.Digest.Hex[..12];
    private readonly ByteProgress _extracting = new(progress, "Extracting", source.Blob.Digest.Hex[..12], source.Blob.Size);
    private BlobFetch? _fetch;
    private LayerUnpackShare? _unpack;
    private volatile bool _downloaded;

    /// <summary>Nothing to do: unpacked before, and the blob is here.</summary>
    internal bool IsHere { get; private set; }

    internal LayerUnpackShare? Unpack => _unpack;

    internal void Announce()
    {
        IsHere = store.Snapshotter.Exists(source.Chain) && store.Content.Contains(source.Blob.Digest);
        Step(IsHere ? "Already exists" : "Pulling fs layer");
    }

    /// <summary>Takes its place in the order of layers; the bytes come with <see cref="FetchAsync"/>.</summary>
    internal void Join(Unpacker unpacker, LayerUnpackShare? below) => _unpack = unpacker.Join(source, below, Extracted);

    internal async Task FetchAsync(CancellationToken ct)
    {
        _fetch = Open();
        _unpack!.Supply(Open());
        var downloading = new ByteProgress(progress, "Downloading", _id, source.Blob.Size);
        for (long seen = 0; !_fetch.Completion.IsCompleted && seen < source.Blob.Size; seen = _fetch.Written)
        {
            await _fetch.ChangedAsync(seen, ct).ConfigureAwait(false);
            downloading.Report(_fetch.Written);
        }
        if (!_fetch.Completion.IsFaulted) Step("Verifying Checksum");
        await _fetch.Completion.WaitAsync(ct).ConfigureAwait(false);
        Step("Download complete");
        _downloaded = true;
    }

    /// <returns>Bytes of the layer's files.</returns>
    internal async Task<long> UnpackedAsync(CancellationToken ct)
    {
        if (IsHere) return store.LayerSize(source.Chain);
        long size = await _unpack!.Completion.WaitAsync(ct).ConfigureAwait(false);
        _extracting.Report(source.Blob.Size);
        Step("Pull complete");
        return size;
    }

    /// <summary>Gives its shares back; what nobody else waits for has ended, and cleaned up, when this returns.</summary>
    internal async Task LeaveAsync()
    {
        if (_unpack is not null) await _unpack.LeaveAsync().ConfigureAwait(false);
        if (_fetch is not null) await _fetch.LeaveAsync().ConfigureAwait(false);
    }

    private BlobFetch Open() => store.Content.Fetch(source.Blob, OpenAsync, lease);

    /// <summary>Called by the transfer alone that everybody who wants this blob shares.</summary>
    private async Task<Stream> OpenAsync(long offset, CancellationToken ct)
    {
        IDisposable slot = await slots.EnterAsync(() => Step("Waiting"), ct).ConfigureAwait(false);
        try
        {
            return new HeldStream(await repository.BlobAsync(source.Blob, offset, Retrying, ct).ConfigureAwait(false), slot);
        }
        catch
        {
            slot.Dispose();
            throw;
        }
    }

    private void Extracted(long bytes)
    {
        // Docker never shows a layer extracted that is still downloading; clients' bars would jump.
        if (_downloaded) _extracting.Report(bytes);
    }

    private void Retrying(TimeSpan delay) => Step($"Retrying in {Math.Max(1, (int)delay.TotalSeconds)} second{(delay.TotalSeconds >= 2 ? "s" : "")}");

    private void Step(string status) => progress.Report(new PullProgress(status, _id, ProgressDetail.None));
}
