using Sampan.Specs.Oci.Image;

namespace Sampan.Content;

/// <summary>The fetches under way, so that two pulls of one blob share one. A fetch ends early when the last who joined it leaves.</summary>
internal sealed class FetchTable(ContentStore store)
{
    private readonly Lock _gate = new();   // guards _running, and Joined and Abandoned of its transfers
    private readonly Dictionary<Digest, BlobTransfer> _running = [];

    internal BlobFetch Join(Descriptor descriptor, OpenBlob open)
    {
        lock (_gate)
        {
            if (!_running.TryGetValue(descriptor.Digest, out var transfer) || transfer.Abandoned)
            {
                // An abandoned one still owns the partial file: the new one begins when it is gone.
                transfer = new BlobTransfer(store, descriptor, open, predecessor: transfer?.Completion ?? Task.CompletedTask);
                _running[descriptor.Digest] = transfer;
                transfer.Start(Forget);
            }
            else transfer.AddSource(open);
            transfer.Joined++;
            return new BlobFetch(this, transfer);
        }
    }

    /// <summary>Runs something while no fetch begins or ends, told which are under way.</summary>
    internal T WhileIdle<T>(Func<IReadOnlyCollection<Digest>, T> work)
    {
        lock (_gate) return work(_running.Keys);
    }

    internal void Leave(BlobTransfer transfer)
    {
        lock (_gate)
        {
            if (--transfer.Joined > 0) return;
            transfer.Abandoned = true;
        }
        transfer.Cancel();
    }

    private void Forget(BlobTransfer transfer)
    {
        lock (_gate)
        {
            if (_running.GetValueOrDefault(transfer.Descriptor.Digest) == transfer) _running.Remove(transfer.Descriptor.Digest);
        }
    }
}
