namespace Sampan.Layers;

/// <summary>A stream that only reads and writes asynchronously (an HTTP body) for those who work synchronously on a thread of their own.</summary>
public sealed class BlockingStream(Stream inner, CancellationToken ct) : Stream
{
    public override bool CanRead => inner.CanRead;
    public override bool CanSeek => false;
    public override bool CanWrite => inner.CanWrite;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => inner.ReadAsync(buffer.AsMemory(offset, count), ct).AsTask().GetAwaiter().GetResult();
    public override void Write(byte[] buffer, int offset, int count) => inner.WriteAsync(buffer.AsMemory(offset, count), ct).AsTask().GetAwaiter().GetResult();
    public override void Flush() => inner.FlushAsync(ct).GetAwaiter().GetResult();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
