using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux.Netlink;

/// <summary>Links, addresses and routes by rtnetlink(7), in the network namespace of the thread that made it.</summary>
public sealed class RouteSocket : IDisposable
{
    private const ushort RTM_NEWLINK = 16, RTM_DELLINK = 17, RTM_GETLINK = 18, RTM_NEWADDR = 20, RTM_GETADDR = 22, RTM_NEWROUTE = 24, RTM_GETROUTE = 26;
    private const ushort IFLA_ADDRESS = 1, IFLA_IFNAME = 3, IFLA_MTU = 4, IFLA_MASTER = 10, IFLA_LINKINFO = 18, IFLA_GROUP = 27, IFLA_NET_NS_FD = 28;
    private const ushort IFLA_INFO_KIND = 1, IFLA_INFO_DATA = 2, IFLA_INFO_SLAVE_KIND = 4, IFLA_INFO_SLAVE_DATA = 5, VETH_INFO_PEER = 1, IFLA_BRPORT_MODE = 4;
    private const ushort IFA_ADDRESS = 1, IFA_LOCAL = 2, IFA_BROADCAST = 4, RTA_DST = 1, RTA_OIF = 4, RTA_GATEWAY = 5;
    private const uint IFF_UP = 1;
    private const byte AF_UNSPEC = 0, RT_TABLE_MAIN = 254, RTPROT_BOOT = 3, RTN_UNICAST = 1, RT_SCOPE_UNIVERSE = 0;
    private const ushort CreateFlags = NetlinkLibc.NLM_F_CREATE | NetlinkLibc.NLM_F_EXCL | NetlinkLibc.NLM_F_ACK;
    private readonly NetlinkSocket _socket = NetlinkSocket.Open(NetlinkLibc.NETLINK_ROUTE);

    /// <summary>Null when there is no link of that name.</summary>
    /// <exception cref="LinuxException">netlink(7).</exception>
    public LinkInfo? FindLink(string name)
    {
        NetlinkWriter writer = new();
        writer.BeginMessage(RTM_GETLINK, NetlinkLibc.NLM_F_ACK);
        LinkHeader.Put(writer, 0, 0, 0);
        writer.Text(IFLA_IFNAME, name);
        writer.EndMessage();
        LinkInfo? found = null;
        try
        {
            _socket.Query(writer, $"cannot look up link '{name}'", (in NetlinkMessage message) => found = LinkInfo.TryParse(message.Payload, out LinkInfo? link) ? link : found);
        }
        catch (LinuxException error) when (error.Errno == Errno.ENODEV)
        {
            return null;
        }
        return found;
    }

    /// <exception cref="LinuxException">netlink(7).</exception>
    public IReadOnlyList<LinkInfo> ListLinks()
    {
        List<LinkInfo> links = [];
        Dump(RTM_GETLINK, 16, AF_UNSPEC, "cannot list links", (in NetlinkMessage message) =>
        {
            if (LinkInfo.TryParse(message.Payload, out LinkInfo? link)) links.Add(link);
        });
        return links;
    }

    /// <summary>A bridge, up. Its hardware address is given, because otherwise it would change with its ports.</summary>
    /// <param name="mtu">Bytes; 0 leaves the kernel's.</param>
    /// <exception cref="LinuxException">EEXIST; EPERM without CAP_NET_ADMIN; EOPNOTSUPP without bridges in the kernel.</exception>
    public void CreateBridge(string name, PhysicalAddress address, int mtu)
    {
        NetlinkWriter writer = new();
        writer.BeginMessage(RTM_NEWLINK, CreateFlags);
        LinkHeader.Put(writer, 0, IFF_UP, IFF_UP);
        writer.Text(IFLA_IFNAME, name);
        writer.Attribute(IFLA_ADDRESS, address.GetAddressBytes());
        if (mtu > 0) writer.Attribute(IFLA_MTU, (uint)mtu);
        int info = writer.BeginNest(IFLA_LINKINFO);
        writer.Text(IFLA_INFO_KIND, "bridge");
        writer.EndNest(info);
        writer.EndMessage();
        _socket.Transact(writer, $"cannot create bridge '{name}'");
    }

    /// <summary>A pair of virtual Ethernet links in one message: one here in a bridge and up, its peer in another namespace and down.</summary>
    /// <exception cref="LinuxException">EEXIST when a name is taken; EPERM without CAP_NET_ADMIN.</exception>
    public void CreateVeth(VethOptions options)
    {
        NetlinkWriter writer = new();
        writer.BeginMessage(RTM_NEWLINK, CreateFlags);
        LinkHeader.Put(writer, 0, IFF_UP, IFF_UP);
        writer.Text(IFLA_IFNAME, options.Name);
        writer.Attribute(IFLA_MASTER, (uint)options.BridgeIndex);
        writer.Attribute(IFLA_GROUP, options.Group);
        if (options.Mtu > 0) writer.Attribute(IFLA_MTU, (uint)options.Mtu);
        int info = writer.BeginNest(IFLA_LINKINFO);
        writer.Text(IFLA_INFO_KIND, "veth");
        int data = writer.BeginNest(IFLA_INFO_DATA);
        int peer = writer.BeginNest(VETH_INFO_PEER);
        LinkHeader.Put(writer, 0, 0, 0);   // up would be ENOTCONN: the kernel configures the peer before it knows its other end
        writer.Text(IFLA_IFNAME, options.PeerName);
        writer.Attribute(IFLA_ADDRESS, options.PeerAddress.GetAddressBytes());
        if (options.Mtu > 0) writer.Attribute(IFLA_MTU, (uint)options.Mtu);
        writer.Attribute(IFLA_NET_NS_FD, (uint)options.PeerNamespace.Fd());
        writer.EndNest(peer);
        writer.EndNest(data);
        writer.EndNest(info);
        writer.EndMessage();
        if (options.Hairpin) PutHairpin(writer, options.Name);
        _socket.Transact(writer, $"cannot create link '{options.Name}'");
    }

    /// <exception cref="LinuxException">netlink(7).</exception>
    public void SetUp(int index)
    {
        NetlinkWriter writer = new();
        PutUp(writer, index);
        _socket.Transact(writer, $"cannot set link {index} up");
    }

    /// <summary>Nothing happens when a link is gone already. The kernel takes about 20 ms for the removal of a link.</summary>
    /// <exception cref="LinuxException">netlink(7).</exception>
    public void DeleteLink(string name)
    {
        NetlinkWriter writer = new();
        writer.BeginMessage(RTM_DELLINK, NetlinkLibc.NLM_F_ACK);
        LinkHeader.Put(writer, 0, 0, 0);
        writer.Text(IFLA_IFNAME, name);
        writer.EndMessage();
        try
        {
            _socket.Transact(writer, $"cannot delete link '{name}'");
        }
        catch (LinuxException error) when (error.Errno == Errno.ENODEV)
        {
        }
    }

    /// <exception cref="LinuxException">EEXIST when the link has it already.</exception>
    public void AddAddress(int link, IPAddress address, int prefixLength)
    {
        NetlinkWriter writer = new();
        PutAddress(writer, link, address, prefixLength);
        _socket.Transact(writer, $"cannot give address {address}/{prefixLength} to link {link}");
    }

    /// <summary>Sets a link up, with an address and the default route through <paramref name="gateway"/>, in one datagram.</summary>
    /// <exception cref="LinuxException">netlink(7).</exception>
    public void Configure(int link, IPAddress address, int prefixLength, IPAddress gateway)
    {
        NetlinkWriter writer = new();
        PutUp(writer, link);
        PutAddress(writer, link, address, prefixLength);
        writer.BeginMessage(RTM_NEWROUTE, CreateFlags);
        writer.Put([(byte)Family(gateway), 0, 0, 0, RT_TABLE_MAIN, RTPROT_BOOT, RT_SCOPE_UNIVERSE, RTN_UNICAST, 0, 0, 0, 0]);
        writer.Attribute(RTA_GATEWAY, gateway.GetAddressBytes());
        writer.Attribute(RTA_OIF, (uint)link);
        writer.EndMessage();
        _socket.Transact(writer, $"cannot give address {address}/{prefixLength} and a route by {gateway} to link {link}");
    }

    /// <summary>IPv4 addresses of all links.</summary>
    /// <exception cref="LinuxException">netlink(7).</exception>
    public IReadOnlyList<AddressInfo> ListAddresses()
    {
        List<AddressInfo> addresses = [];
        Dump(RTM_GETADDR, 8, (byte)Libc.AF_INET, "cannot list addresses", (in NetlinkMessage message) =>
        {
            if (AddressInfo.TryParse(message.Payload, out AddressInfo? address)) addresses.Add(address);
        });
        return addresses;
    }

    /// <summary>IPv4 destinations of the main routing table, without the default route.</summary>
    /// <exception cref="LinuxException">netlink(7).</exception>
    public IReadOnlyList<IPNetwork> ListRoutes()
    {
        List<IPNetwork> routes = [];
        Dump(RTM_GETROUTE, 12, (byte)Libc.AF_INET, "cannot list routes", (in NetlinkMessage message) =>
        {
            // struct rtmsg { u8 family, dst_len, src_len, tos, table, protocol, scope, type; u32 flags; }
            ReadOnlySpan<byte> payload = message.Payload;
            if (payload.Length < 12 || payload[4] != RT_TABLE_MAIN || payload[1] is 0 or > 32) return;
            if (NetlinkAttribute.TryFind(payload[12..], RTA_DST, out NetlinkAttribute destination) && destination.Value.Length == 4)
                routes.Add(new IPNetwork(Masked(destination.Value, payload[1]), payload[1]));
        });
        return routes;
    }

    public void Dispose() => _socket.Dispose();

    private static void PutHairpin(NetlinkWriter writer, string port)
    {
        writer.BeginMessage(RTM_NEWLINK, NetlinkLibc.NLM_F_ACK);
        LinkHeader.Put(writer, 0, 0, 0);
        writer.Text(IFLA_IFNAME, port);
        int info = writer.BeginNest(IFLA_LINKINFO);
        writer.Text(IFLA_INFO_SLAVE_KIND, "bridge");
        int data = writer.BeginNest(IFLA_INFO_SLAVE_DATA);
        writer.Attribute(IFLA_BRPORT_MODE, [1]);
        writer.EndNest(data);
        writer.EndNest(info);
        writer.EndMessage();
    }

    private static void PutUp(NetlinkWriter writer, int link)
    {
        writer.BeginMessage(RTM_NEWLINK, NetlinkLibc.NLM_F_ACK);
        LinkHeader.Put(writer, link, IFF_UP, IFF_UP);
        writer.EndMessage();
    }

    private static void PutAddress(NetlinkWriter writer, int link, IPAddress address, int prefixLength)
    {
        byte[] bytes = address.GetAddressBytes();
        Span<byte> header = stackalloc byte[8];   // struct ifaddrmsg { u8 family, prefixlen, flags, scope; u32 index; }
        header[0] = (byte)Family(address);
        header[1] = (byte)prefixLength;
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], link);
        writer.BeginMessage(RTM_NEWADDR, CreateFlags);
        writer.Put(header);
        writer.Attribute(IFA_LOCAL, bytes);
        writer.Attribute(IFA_ADDRESS, bytes);
        if (bytes.Length == 4 && prefixLength < 31)
        {
            uint host = BinaryPrimitives.ReadUInt32BigEndian(bytes) | (uint)(0xffffffffUL >> prefixLength);
            BinaryPrimitives.WriteUInt32BigEndian(bytes, host);
            writer.Attribute(IFA_BROADCAST, bytes);
        }
        writer.EndMessage();
    }

    private void Dump(ushort type, int headerSize, byte family, string what, NetlinkSocket.MessageHandler handler)
    {
        NetlinkWriter writer = new();
        writer.BeginMessage(type, NetlinkLibc.NLM_F_DUMP);
        Span<byte> header = stackalloc byte[headerSize];
        header.Clear();
        header[0] = family;
        writer.Put(header);
        writer.EndMessage();
        _socket.Query(writer, what, handler);
    }

    private static int Family(IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? Libc.AF_INET6 : Libc.AF_INET;

    private static IPAddress Masked(ReadOnlySpan<byte> address, int prefixLength)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, BinaryPrimitives.ReadUInt32BigEndian(address) & (uint)(0xffffffff00000000UL >> prefixLength));
        return new IPAddress(bytes);
    }
}
