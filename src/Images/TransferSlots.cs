namespace Sampan.Images;

/// <summary>How many layers are on the line at once, whatever image they are of: dockerd's --max-concurrent-downloads and --max-concurrent-uploads.</summary>
/// <param name="count">0: any number.</param>
internal sealed class TransferSlots(int count)
{
    private readonly SemaphoreSlim? _free = count > 0 ? new SemaphoreSlim(count) : null;

    /// <param name="waiting">Called when none is free now.</param>
    /// <returns>To be disposed when the transfer has ended.</returns>
    internal async Task<IDisposable> EnterAsync(Action waiting, CancellationToken ct)
    {
        if (_free is not null && !_free.Wait(0, ct))
        {
            waiting();
            await _free.WaitAsync(ct).ConfigureAwait(false);
        }
        return new Slot(_free);
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
