using System.Buffers;
using System.IO.Pipelines;

namespace Sampan.EngineApi.Listen;

/// <summary>What HTTP reads: the connection until it is hijacked, an ended one from then on.</summary>
internal sealed class HijackableReader(PipeReader inner) : PipeReader
{
    private volatile bool _detached;

    internal void Detach() => _detached = true;

    private static ReadResult Ended => new(ReadOnlySequence<byte>.Empty, isCanceled: false, isCompleted: true);

    public override void AdvanceTo(SequencePosition consumed)
    {
        if (!_detached) inner.AdvanceTo(consumed);
    }

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (!_detached) inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead()
    {
        if (!_detached) inner.CancelPendingRead();
    }

    public override void Complete(Exception? exception = null)
    {
        inner.Complete(exception);
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        _detached ? new(Ended) : inner.ReadAsync(cancellationToken);

    public override bool TryRead(out ReadResult result)
    {
        if (!_detached) return inner.TryRead(out result);
        result = Ended;
        return true;
    }
}
