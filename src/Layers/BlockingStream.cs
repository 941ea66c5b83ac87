using System.Buffers;

namespace Sampan.Layers;

/// <summary>A stream that only reads and writes asynchronously (an HTTP body) for those who work synchronously on a thread of their own.</summary>
public sealed unsafe class BlockingStream(Stream inner, CancellationToken ct) : Stream
{
    public override bool CanRead => inner.CanRead;
    public override bool CanSeek => false;
    public override bool CanWrite => inner.CanWrite;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        // Pinned until the asynchronous call has ended, which is before this one does: nobody reads or writes there afterwards.
        fixed (byte* start = buffer) return inner.ReadAsync(new PinnedMemory(start, buffer.Length).Memory, ct).AsTask().GetAwaiter().GetResult();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer) inner.WriteAsync(new PinnedMemory(start, buffer.Length).Memory, ct).AsTask().GetAwaiter().GetResult();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    public override void Flush() => inner.FlushAsync(ct).GetAwaiter().GetResult();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>What its maker holds still.</summary>
    private sealed class PinnedMemory(byte* start, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(start, length);
        public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);
        public override void Unpin() { }
        protected override void Dispose(bool disposing) { }
    }
}
