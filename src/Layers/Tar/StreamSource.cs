namespace Sampan.Layers.Tar;

/// <summary>A tar read on the caller's own thread.</summary>
/// <param name="maxBytes">Bytes at which the tar is refused.</param>
internal sealed class StreamSource(Stream stream, long maxBytes, CancellationToken ct) : TarSource
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start, _end;

    protected override ReadOnlySpan<byte> Next(int most)
    {
        if (_start == _end)
        {
            ct.ThrowIfCancellationRequested();
            (_start, _end) = (0, stream.Read(_buffer));
            if (Position + _end > maxBytes) throw TarFault.Damaged($"it has more than {maxBytes} bytes; raise the limit if the source is trusted");
        }
        int length = Math.Min(most, _end - _start);
        _start += length;
        return _buffer.AsSpan(_start - length, length);
    }
}
