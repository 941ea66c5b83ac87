using Sampan.Linux;

namespace Sampan.Layers.Compression;

/// <summary>The caller's stream: read in large pieces, counted, its first bytes looked at before they are read.</summary>
internal sealed class CompressedInput(Stream stream, Action<long>? progress, CancellationToken ct) : DecoderStream
{
    private const int ProgressStep = 256 * 1024, BufferBytes = 128 * 1024;
    private readonly MappedMemory _buffer = new(BufferBytes);
    private int _start, _end;
    private long _reported;

    /// <summary>Bytes taken from the caller's stream.</summary>
    internal long Count { get; private set; }

    /// <summary>The first bytes, fewer than asked for when the stream is shorter; before the first read.</summary>
    internal ReadOnlySpan<byte> Peek(int length)
    {
        while (_end < length && Fill(_end) > 0) { }
        return _buffer.GetSpan()[..Math.Min(length, _end)];
    }

    public override int Read(Span<byte> buffer)
    {
        if (_start == _end)
        {
            _start = _end = 0;
            if (Fill(0) == 0) return 0;
        }
        int length = Math.Min(buffer.Length, _end - _start);
        _buffer.GetSpan().Slice(_start, length).CopyTo(buffer);
        _start += length;
        return length;
    }

    /// <summary>What is left, in place; empty at the end.</summary>
    internal ReadOnlyMemory<byte> Next()
    {
        if (_start == _end)
        {
            _start = _end = 0;
            Fill(0);
        }
        ReadOnlyMemory<byte> rest = _buffer.Memory[_start.._end];
        _start = _end;
        return rest;
    }

    /// <summary>To the end: what follows the compressed data is part of the blob's digest.</summary>
    internal void Drain()
    {
        while (!Next().IsEmpty) { }
    }

    private int Fill(int at)
    {
        ct.ThrowIfCancellationRequested();
        int got = stream.Read(_buffer.GetSpan()[at..]);
        _end = at + got;
        Count += got;
        if (progress is not null && (Count - _reported >= ProgressStep || (got == 0 && Count > _reported)))
        {
            _reported = Count;
            progress(Count);
        }
        return got;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _buffer.Free();
        base.Dispose(disposing);
    }
}
