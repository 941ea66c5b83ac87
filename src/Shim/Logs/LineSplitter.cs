namespace Sampan.Shim.Logs;

/// <summary>Cuts one output stream into the lines of a log. A line longer than 16 KiB is logged in pieces of that size, and so is what stands
/// without a newline at the end, as dockerd does.</summary>
internal sealed class LineSplitter(JsonFileLog log, bool stderr)
{
    /// <summary>Bytes of the longest piece.</summary>
    public const int MaxPiece = 16 << 10;

    private byte[] _begun = [];
    private int _length;

    private ReadOnlySpan<byte> Stream => stderr ? "stderr"u8 : "stdout"u8;

    public void Write(ReadOnlySpan<byte> chunk)
    {
        while (!chunk.IsEmpty)
        {
            int room = MaxPiece - _length;
            int newline = chunk[..Math.Min(chunk.Length, room)].IndexOf((byte)'\n');
            if (newline >= 0)
            {
                Log(chunk[..newline], complete: true);
                chunk = chunk[(newline + 1)..];
            }
            else if (chunk.Length >= room)
            {
                Log(chunk[..room], complete: false);
                chunk = chunk[room..];
            }
            else
            {
                Keep(chunk);
                break;
            }
        }
        log.Flush();
    }

    /// <summary>The stream is over: logs the rest.</summary>
    public void End()
    {
        if (_length > 0) Log(default, complete: false);
        log.Flush();
    }

    private void Log(ReadOnlySpan<byte> last, bool complete)
    {
        if (_length == 0)
        {
            log.Append(last, complete, Stream);
            return;
        }
        Keep(last);
        log.Append(_begun.AsSpan(0, _length), complete, Stream);
        _length = 0;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_begun.Length < _length + bytes.Length)
            Array.Resize(ref _begun, Math.Clamp(_begun.Length * 2, _length + bytes.Length, MaxPiece));
        bytes.CopyTo(_begun.AsSpan(_length));
        _length += bytes.Length;
    }
}
