using System.Buffers.Binary;

namespace Sampan.Engine.Logs;

/// <summary>The 8-byte header before each piece of a multiplexed stream: stream number, three zeros, length (big endian).
/// Engine API, ContainerAttach § Stream format.</summary>
public static class StreamFrame
{
    public const int HeaderLength = 8;
    public const byte Stdout = 1;
    public const byte Stderr = 2;

    public static void WriteHeader(Span<byte> header, byte stream, int length)
    {
        header[..HeaderLength].Clear();
        header[0] = stream;
        BinaryPrimitives.WriteInt32BigEndian(header[4..], length);
    }
}
