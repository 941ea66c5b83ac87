namespace Sampan.Engine.Logs;

/// <summary>Reads a file in blocks and yields its whole lines; what is left of a line waits for the next block.</summary>
internal sealed class LineBlock
{
    private byte[] _bytes = new byte[256 * 1024];
    private int _start;
    private int _end;

    /// <summary>Reads more at <paramref name="offset"/>. Zero at the end of the file.</summary>
    public int Fill(FileStream file, long offset)
    {
        if (_start > 0)
        {
            _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _bytes.Length)
            Array.Resize(ref _bytes, _bytes.Length * 2);
        int read = RandomAccess.Read(file.SafeFileHandle, _bytes.AsSpan(_end), offset);
        _end += read;
        return read;
    }

    public bool TryTake(out ReadOnlySpan<byte> line)
    {
        int length = _bytes.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
        line = length < 0 ? default : _bytes.AsSpan(_start, length);
        _start += length + 1;
        return length >= 0;
    }

    /// <summary>Drops a line that was torn by a rotation or a crash.</summary>
    public void Clear() => _start = _end = 0;
}
