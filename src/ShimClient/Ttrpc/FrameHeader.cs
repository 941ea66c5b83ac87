using System.Buffers.Binary;

namespace Sampan.ShimClient.Ttrpc;

/// <summary>The ten bytes in front of every ttrpc message: data length, stream id (both big endian), type and flags.
/// https://github.com/containerd/ttrpc/blob/v1.2.7/PROTOCOL.md § Message Header</summary>
internal readonly record struct FrameHeader(int Length, uint Stream, FrameType Type, byte Flags = 0)
{
    public const int Size = 10;

    /// <summary>Largest data length a peer may send, in bytes (4 MiB). PROTOCOL.md § Message Header</summary>
    public const int MaxLength = 4 << 20;

    /// <summary>Sample: 00 00 00 05 | 00 00 00 01 | 01 | 00. A length past <see cref="MaxLength"/> comes back as it was sent, at most
    /// <see cref="int.MaxValue"/>: the caller refuses it.</summary>
    public static FrameHeader Parse(ReadOnlySpan<byte> bytes) => new(
        (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(bytes), int.MaxValue),
        BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]),
        (FrameType)bytes[8],
        bytes[9]);

    public void Format(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Length);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], Stream);
        bytes[8] = (byte)Type;
        bytes[9] = Flags;
    }
}
