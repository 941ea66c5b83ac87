using System.Buffers.Binary;

namespace Sampan.Linux.Netlink;

/// <summary>struct ifinfomsg { u8 family, pad; u16 type; i32 index; u32 flags, change; } of linux/rtnetlink.h.</summary>
internal static class LinkHeader
{
    internal const int Size = 16;

    internal static void Put(NetlinkWriter writer, int index, uint flags, uint change)
    {
        Span<byte> header = stackalloc byte[Size];
        header.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], index);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], flags);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], change);
        writer.Put(header);
    }
}
