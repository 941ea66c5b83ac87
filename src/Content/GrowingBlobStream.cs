using Sampan.Faults;

namespace Sampan.Content;

/// <summary>Reads a file that a <see cref="BlobTransfer"/> is still writing: waits where the bytes end, until all announced ones were read.</summary>
internal sealed class GrowingBlobStream(BlobTransfer transfer, CancellationToken ct) : Stream
{
    private readonly int _begunAnew = transfer.BegunAnew;
    private FileStream? _file;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            if (Available() is { } available) return Take(buffer, available);
            WaitAsync(CancellationToken.None).GetAwaiter().GetResult();
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (Available() is { } available) return Take(buffer.Span, available);
            await WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _file?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Bytes that can be read now; 0 at the end; null when there are none yet.</summary>
    private long? Available()
    {
        ct.ThrowIfCancellationRequested();
        if (_position > 0 && transfer.BegunAnew != _begunAnew)
            throw new FaultException(FaultKind.Unavailable, $"blob {transfer.Descriptor.Digest} is read anew: what came first was wrong");
        if (_position >= transfer.Descriptor.Size) return 0;
        return transfer.Readable - _position is > 0 and var available ? available : null;
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (transfer.Completion.IsCompleted) await transfer.Completion.ConfigureAwait(false);   // throws: ended without these bytes
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, cancellationToken);
        if (transfer.Resumed) await transfer.Completion.WaitAsync(both.Token).ConfigureAwait(false);
        else await transfer.ChangedAsync(_position, both.Token).ConfigureAwait(false);
    }

    private int Take(Span<byte> buffer, long available)
    {
        if (available == 0 || buffer.IsEmpty) return 0;
        _file ??= transfer.OpenFile();
        int got = RandomAccess.Read(_file.SafeFileHandle, buffer[..(int)Math.Min(buffer.Length, available)], _position);
        _position += got;
        return got;
    }
}
