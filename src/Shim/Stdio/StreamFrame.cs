using System.Buffers.Binary;

namespace Sampan.Shim.Stdio;

/// <summary>The header in front of each chunk of an attached stream without a terminal: kind, three zeros, length big endian.
/// https://docs.docker.com/reference/api/engine/version/v1.51 § Container Attach, Stream format</summary>
internal static class StreamFrame
{
    public const int HeaderSize = 8;

    public static void Format(Span<byte> frame, bool stderr, int length)
    {
        frame[0] = (byte)(stderr ? 2 : 1);
        frame[1..4].Clear();
        BinaryPrimitives.WriteInt32BigEndian(frame[4..], length);
    }
}
