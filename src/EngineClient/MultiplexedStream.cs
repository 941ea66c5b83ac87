using System.Buffers.Binary;
using System.Text;
using Sampan.Faults;

namespace Sampan.EngineClient;

/// <summary>Takes stdout and stderr apart: frames of {stream, 0, 0, 0, length as big-endian uint32} and payload.
/// Docker Engine API, ContainerAttach § Stream format. Neighbouring frames of one stream are written at once.</summary>
public static class MultiplexedStream
{
    private const int HeaderLength = 8;
    private const byte Stderr = 2, EngineError = 3;

    /// <summary>Copies until the stream ends. An end inside a frame is taken as the end: the engine was cut off there.</summary>
    /// <exception cref="FaultException">Internal: not the framed format, or the engine's own error frame (stream 3).</exception>
    public static async Task CopyAsync(Stream source, Stream stdout, Stream stderr, CancellationToken ct)
    {
        byte[] buffer = new byte[64 * 1024], pending = new byte[buffer.Length];
        int length = 0, held = 0;
        byte stream = 0;      // of the frame we are in
        uint left = 0;        // of its payload
        Stream target = stdout;
        while (true)
        {
            int got = await source.ReadAsync(buffer.AsMemory(length), ct);
            if (got == 0) return;
            length += got;
            int at = 0;
            while (at < length)
            {
                if (left == 0)
                {
                    if (length - at < HeaderLength) break;
                    stream = buffer[at];
                    left = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(at + 4));
                    at += HeaderLength;
                    if (stream > EngineError) throw new FaultException(FaultKind.Internal, $"unrecognized stream: {stream}");
                    var next = stream == Stderr ? stderr : stdout;
                    if (next != target || stream == EngineError)
                    {
                        await target.WriteAsync(pending.AsMemory(0, held), ct);
                        (held, target) = (0, next);
                    }
                    if (stream == EngineError) throw await ReadErrorAsync(source, buffer.AsMemory(at, length - at), left, ct);
                }
                int count = (int)Math.Min(left, length - at);
                buffer.AsSpan(at, count).CopyTo(pending.AsSpan(held));   // never more than was read, so it fits
                (held, at, left) = (held + count, at + count, left - (uint)count);
            }
            if (held > 0) await target.WriteAsync(pending.AsMemory(0, held), ct);
            held = 0;
            buffer.AsSpan(at, length - at).CopyTo(buffer);
            length -= at;
        }
    }

    private static async Task<FaultException> ReadErrorAsync(Stream source, ReadOnlyMemory<byte> start, uint length, CancellationToken ct)
    {
        byte[] text = new byte[Math.Min(length, 4096)];
        int have = Math.Min(start.Length, text.Length);
        start[..have].CopyTo(text);
        have += await source.ReadAtLeastAsync(text.AsMemory(have), text.Length - have, throwOnEndOfStream: false, ct);
        return new FaultException(FaultKind.Internal, $"error from daemon in stream: {Encoding.UTF8.GetString(text, 0, have)}");
    }
}
