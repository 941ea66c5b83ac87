using System.IO.Pipelines;

namespace Sampan.EngineApi.Listen;

/// <summary>What HTTP writes to: the connection until it is hijacked. What it still writes then (the response it believes to owe) is dropped.</summary>
internal sealed class HijackableWriter(PipeWriter inner) : PipeWriter
{
    private volatile bool _detached;
    private byte[] _dropped = [];

    internal PipeWriter Detach()
    {
        _detached = true;
        return inner;
    }

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;
    public override long UnflushedBytes => _detached ? 0 : inner.UnflushedBytes;

    public override void Advance(int bytes)
    {
        if (!_detached) inner.Advance(bytes);
    }

    public override void CancelPendingFlush()
    {
        if (!_detached) inner.CancelPendingFlush();
    }

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    // Not "completed" when detached: HTTP would abort the connection and with it what is still on its way to the client.
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        _detached ? new(new FlushResult(isCanceled: false, isCompleted: false)) : inner.FlushAsync(cancellationToken);

    public override Memory<byte> GetMemory(int sizeHint = 0) => _detached ? Scratch(sizeHint) : inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _detached ? Scratch(sizeHint) : inner.GetSpan(sizeHint);

    private byte[] Scratch(int sizeHint)
    {
        if (_dropped.Length < Math.Max(sizeHint, 1024)) _dropped = new byte[Math.Max(sizeHint, 1024)];
        return _dropped;
    }
}
