using Sampan.Specs.Oci.Image;

namespace Sampan.Content;

/// <summary>A share in the fetch of one blob. Disposing it leaves; when the last leaves before the end, the fetch is cancelled.</summary>
public sealed class BlobFetch : IDisposable
{
    private readonly FetchTable _table;
    private readonly BlobTransfer _transfer;
    private bool _left;

    internal BlobFetch(FetchTable table, BlobTransfer transfer) => (_table, _transfer) = (table, transfer);

    public Descriptor Descriptor => _transfer.Descriptor;

    /// <summary>Done when the blob is in the store, verified. Faults with what ended it: <see cref="DigestMismatchException"/>, a full disk, the source's failure.</summary>
    public Task Completion => _transfer.Completion;

    /// <summary>Bytes here so far, of <see cref="Descriptor"/>'s size.</summary>
    public long Written => _transfer.Written;

    /// <summary>Returns when <see cref="Written"/> is no longer <paramref name="seen"/>, or the fetch has ended.</summary>
    public Task ChangedAsync(long seen, CancellationToken ct) => _transfer.ChangedAsync(seen, ct);

    /// <summary>How often the bytes were thrown away, and came again from elsewhere: a stream that was opened before fails then.</summary>
    public int BegunAnew => _transfer.BegunAnew;

    /// <summary>Reads the blob while it comes; not verified before <see cref="Completion"/>. Reading fails when the fetch does.</summary>
    public Stream OpenRead(CancellationToken ct) => new GrowingBlobStream(_transfer, ct);

    /// <summary>Leaves, and when it was the last to, returns only when the cancelled fetch has cleaned up.</summary>
    public async Task LeaveAsync()
    {
        Dispose();
        if (_transfer.Abandoned) await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _left, true)) return;
        _table.Leave(_transfer);
    }
}
