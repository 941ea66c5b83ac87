namespace Sampan.Layers.Tar;

/// <summary>A tar read on the caller's own thread.</summary>
internal sealed class StreamSource(Stream stream, CancellationToken ct) : TarSource
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start, _end;

    protected override ReadOnlySpan<byte> Next(int most)
    {
        if (_start == _end)
        {
            ct.ThrowIfCancellationRequested();
            (_start, _end) = (0, stream.Read(_buffer));
        }
        int length = Math.Min(most, _end - _start);
        _start += length;
        return _buffer.AsSpan(_start - length, length);
    }
}
