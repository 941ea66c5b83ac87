using System.Buffers.Binary;
using System.Text;
using Sampan.Faults;

namespace Sampan.EngineClient;

/// <summary>Takes stdout and stderr apart: frames of {stream, 0, 0, 0, length as big-endian uint32} and payload.
/// Docker Engine API, ContainerAttach § Stream format.</summary>
public static class MultiplexedStream
{
    private const int HeaderLength = 8;

    /// <summary>Copies until the stream ends.</summary>
    /// <exception cref="FaultException">Internal: not the framed format, or the engine's own error frame (stream 3).</exception>
    public static async Task CopyAsync(Stream source, Stream stdout, Stream stderr, CancellationToken ct)
    {
        byte[] buffer = new byte[32 * 1024];
        while (true)
        {
            int got = await source.ReadAtLeastAsync(buffer.AsMemory(0, HeaderLength), HeaderLength, throwOnEndOfStream: false, ct);
            if (got < HeaderLength) return;   // the engine cut it off between frames, or in the middle of one: nothing more comes
            int stream = buffer[0];
            uint length = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(4));
            if (stream > 3) throw new FaultException(FaultKind.Internal, $"unrecognized stream: {stream}");
            if (stream == 3) throw new FaultException(FaultKind.Internal, $"error from daemon in stream: {await ReadErrorAsync(source, buffer, length, ct)}");
            var target = stream == 2 ? stderr : stdout;
            for (uint left = length; left > 0;)
            {
                int count = await source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), ct);
                if (count == 0) return;
                await target.WriteAsync(buffer.AsMemory(0, count), ct);
                left -= (uint)count;
            }
        }
    }

    private static async Task<string> ReadErrorAsync(Stream source, byte[] buffer, uint length, CancellationToken ct)
    {
        int wanted = (int)Math.Min(length, buffer.Length);
        int got = await source.ReadAtLeastAsync(buffer.AsMemory(0, wanted), wanted, throwOnEndOfStream: false, ct);
        return Encoding.UTF8.GetString(buffer, 0, got);
    }
}
