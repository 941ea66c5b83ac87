using System.Buffers.Binary;
using Sampan.Engine.Logs;

namespace Sampan.Engine.Attach;

/// <summary>What is done to a process's output on its way to a client that wants another form than the process has: an exec's creation says whether
/// there is a terminal, its start says whether the client reads frames.</summary>
internal enum StreamForm
{
    AsItIs,
    /// <summary>A terminal's raw bytes become frames of stdout.</summary>
    Framed,
    /// <summary>Frames become raw bytes; those of stderr are dropped, as dockerd does.</summary>
    Unframed,
    /// <summary>Frames become raw bytes, stdout's and stderr's as they come: what a websocket carries.</summary>
    Merged,
}

/// <summary>Takes stdout's bytes out of a stream of frames, which come in pieces of any length.</summary>
/// <param name="alsoStderr">Takes stderr's too.</param>
internal sealed class FrameReader(bool alsoStderr = false)
{
    private readonly byte[] _header = new byte[StreamFrame.HeaderLength];
    private int _headerLength;
    private int _left;   // bytes of the current frame's content

    /// <summary>Moves what is wanted to the front of the buffer.</summary>
    /// <returns>How many bytes that is.</returns>
    public int Keep(Span<byte> buffer)
    {
        int kept = 0;
        for (int at = 0; at < buffer.Length;)
        {
            if (_left == 0)
            {
                _header[_headerLength++] = buffer[at++];
                if (_headerLength < _header.Length)
                    continue;
                _headerLength = 0;
                _left = BinaryPrimitives.ReadInt32BigEndian(_header.AsSpan(4));
                continue;
            }
            int take = Math.Min(_left, buffer.Length - at);
            if (_header[0] == StreamFrame.Stdout || alsoStderr)
            {
                buffer.Slice(at, take).CopyTo(buffer[kept..]);
                kept += take;
            }
            at += take;
            _left -= take;
        }
        return kept;
    }
}
