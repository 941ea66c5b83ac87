using Sampan.Linux;

namespace Sampan;

/// <summary>Gives memory back to the kernel when the daemon has worked and then rests: the collector alone keeps what a burst of requests needed,
/// and every page of the program that ran once stays mapped.</summary>
internal sealed class IdleMemory : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(3);
    private const long RestBytes = 256 << 10;    // fewer allocated in a period: at rest
    private const long WorthBytes = 1 << 20;     // fewer allocated since the last time: not worth a collection
    private readonly Timer _timer;
    private long _seen;
    private long _trimmed = -WorthBytes;         // what the start needed is given back too

    public IdleMemory() => _timer = new Timer(_ => Look(), null, Period, Period);

    private void Look()
    {
        long allocated = GC.GetTotalAllocatedBytes();
        bool rests = allocated - _seen < RestBytes;
        _seen = allocated;
        if (!rests || allocated - _trimmed < WorthBytes)
            return;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        FileMappings.Release();
        _seen = _trimmed = GC.GetTotalAllocatedBytes();
    }

    public void Dispose() => _timer.Dispose();
}
