namespace Sampan.Images;

/// <summary>How many layers are on the line at once, whatever image they are of: dockerd's --max-concurrent-downloads and --max-concurrent-uploads.</summary>
/// <param name="count">0: any number.</param>
internal sealed class TransferSlots(int count)
{
    private volatile SemaphoreSlim? _free = Of(count);

    /// <summary>For transfers that begin from now on; those under way count no more.</summary>
    internal void Resize(int slots) => _free = Of(slots);

    private static SemaphoreSlim? Of(int slots) => slots > 0 ? new SemaphoreSlim(slots) : null;

    /// <param name="waiting">Called when none is free now.</param>
    /// <returns>To be disposed when the transfer has ended.</returns>
    internal async Task<IDisposable> EnterAsync(Action waiting, CancellationToken ct)
    {
        SemaphoreSlim? free = _free;
        if (free is not null && !free.Wait(0, ct))
        {
            waiting();
            await free.WaitAsync(ct).ConfigureAwait(false);
        }
        return new Slot(free);
    }

    private sealed class Slot(SemaphoreSlim? free) : IDisposable
    {
        private bool _left;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _left, true)) free?.Release();
        }
    }
}
