using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;

namespace Sampan.Linux.Netlink;

/// <summary>A network interface. <see cref="Master"/> is the index of the bridge it is in, or 0.</summary>
public sealed record LinkInfo(int Index, string Name, bool IsUp, int Master, uint Group, int Mtu, PhysicalAddress Address)
{
    private const ushort IFLA_ADDRESS = 1, IFLA_IFNAME = 3, IFLA_MTU = 4, IFLA_MASTER = 10, IFLA_GROUP = 27;
    private const int HeaderSize = 16;   // struct ifinfomsg

    internal static bool TryParse(ReadOnlySpan<byte> payload, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out LinkInfo? link)
    {
        link = null;
        if (payload.Length < HeaderSize) return false;
        string name = "";
        int master = 0, mtu = 0;
        uint group = 0;
        PhysicalAddress address = PhysicalAddress.None;
        ReadOnlySpan<byte> attributes = payload[HeaderSize..];
        while (NetlinkAttribute.TryRead(ref attributes, out NetlinkAttribute attribute))
            switch (attribute.Type)
            {
                case IFLA_ADDRESS: address = new PhysicalAddress(attribute.Value.ToArray()); break;
                case IFLA_IFNAME: name = attribute.Text; break;
                case IFLA_MTU: mtu = (int)attribute.UInt32; break;
                case IFLA_MASTER: master = (int)attribute.UInt32; break;
                case IFLA_GROUP: group = attribute.UInt32; break;
                default: break;
            }
        bool isUp = (BinaryPrimitives.ReadUInt32LittleEndian(payload[8..]) & 1) != 0;
        link = new LinkInfo(BinaryPrimitives.ReadInt32LittleEndian(payload[4..]), name, isUp, master, group, mtu, address);
        return true;
    }
}

/// <summary>An IPv4 address of a link.</summary>
public sealed record AddressInfo(int LinkIndex, IPAddress Address, int PrefixLength)
{
    private const ushort IFA_ADDRESS = 1, IFA_LOCAL = 2;
    private const int HeaderSize = 8;   // struct ifaddrmsg

    internal static bool TryParse(ReadOnlySpan<byte> payload, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out AddressInfo? address)
    {
        address = null;
        if (payload.Length < HeaderSize || payload[1] > 32) return false;
        if (!NetlinkAttribute.TryFind(payload[HeaderSize..], IFA_LOCAL, out NetlinkAttribute value)
            && !NetlinkAttribute.TryFind(payload[HeaderSize..], IFA_ADDRESS, out value)) return false;
        if (value.Value.Length != 4) return false;
        address = new AddressInfo(BinaryPrimitives.ReadInt32LittleEndian(payload[4..]), new IPAddress(value.Value), payload[1]);
        return true;
    }
}
