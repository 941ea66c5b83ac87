namespace Sampan.Images;

/// <summary>Lets code that reads synchronously, on a thread of its own, read a stream that only reads asynchronously (a request's body).</summary>
internal sealed class BlockingStream(Stream inner, CancellationToken ct) : Stream
{
    private byte[] _buffer = [];

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        if (_buffer.Length < buffer.Length) _buffer = new byte[buffer.Length];
        int got = Read(_buffer, 0, buffer.Length);
        _buffer.AsSpan(0, got).CopyTo(buffer);
        return got;
    }

    public override int Read(byte[] buffer, int offset, int count) => inner.ReadAsync(buffer.AsMemory(offset, count), ct).AsTask().GetAwaiter().GetResult();

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
