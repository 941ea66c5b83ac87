using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux.Netlink;

/// <summary>Moves a network interface into another network namespace: name and namespace change in one request, so that no third name is in the way;
/// permanent addresses of global scope, which the kernel drops on the way, are given again, and the interface is set up.</summary>
public static class LinkMove
{
    private const ushort RTM_NEWLINK = 16, RTM_GETLINK = 18, RTM_NEWADDR = 20, RTM_GETADDR = 22, IFLA_IFNAME = 3, IFLA_NET_NS_FD = 28;
    private const ushort IFA_ADDRESS = 1, IFA_LOCAL = 2, IFA_BROADCAST = 4, IFA_FLAGS = 8;
    private const int AddressHeaderSize = 8;
    private const uint IFF_UP = 1, IFA_F_PERMANENT = 0x80;
    private const byte RT_SCOPE_UNIVERSE = 0;

    /// <summary>From this thread's namespace.</summary>
    /// <exception cref="LinuxException">ENODEV: no such interface; EEXIST: the name is taken there; EINVAL: it cannot leave its namespace (lo).</exception>
    public static void Make(string name, SafeFileHandle target, string newName)
    {
        string what = $"cannot move network device '{name}' into the container";
        using NetlinkSocket here = NetlinkSocket.Open(NetlinkLibc.NETLINK_ROUTE);
        int index = Find(here, name, what);
        List<byte[]> addresses = Addresses(here, index, what);   // before it goes down, when IPv6's are dropped
        SetFlags(here, index, up: false, what);
        NetlinkWriter move = new();
        move.BeginMessage(RTM_NEWLINK, NetlinkLibc.NLM_F_ACK);
        LinkHeader.Put(move, index, 0, 0);
        move.Text(IFLA_IFNAME, newName);
        move.Attribute(IFLA_NET_NS_FD, (uint)target.Fd());
        move.EndMessage();
        here.Transact(move, what);

        using NetlinkSocket there = OpenIn(target);
        int newIndex = Find(there, newName, what);
        foreach (byte[] address in addresses) Add(there, newIndex, address, what);
        SetFlags(there, newIndex, up: true, what);
    }

    /// <summary>A socket belongs to the namespace that its maker was in.</summary>
    private static NetlinkSocket OpenIn(SafeFileHandle target)
    {
        using SafeFileHandle home = Namespaces.Current(NamespaceKinds.Network);
        Namespaces.Enter(target, NamespaceKinds.Network, "network");
        try
        {
            return NetlinkSocket.Open(NetlinkLibc.NETLINK_ROUTE);
        }
        finally
        {
            Namespaces.Enter(home, NamespaceKinds.Network, "our own");
        }
    }

    private static int Find(NetlinkSocket socket, string name, string what)
    {
        NetlinkWriter writer = new();
        writer.BeginMessage(RTM_GETLINK, NetlinkLibc.NLM_F_ACK);
        LinkHeader.Put(writer, 0, 0, 0);
        writer.Text(IFLA_IFNAME, name);
        writer.EndMessage();
        int index = 0;
        socket.Query(writer, what, (in NetlinkMessage message) =>
        {
            if (message.Payload.Length >= LinkHeader.Size) index = BinaryPrimitives.ReadInt32LittleEndian(message.Payload[4..]);
        });
        return index > 0 ? index : throw new LinuxException(Errno.ENODEV, "netlink", what);
    }

    /// <summary>RTM_GETADDR's answers that are worth keeping.</summary>
    private static List<byte[]> Addresses(NetlinkSocket socket, int index, string what)
    {
        List<byte[]> found = [];
        Span<byte> header = stackalloc byte[AddressHeaderSize];
        header.Clear();
        foreach (int family in (ReadOnlySpan<int>)[Libc.AF_INET, Libc.AF_INET6])
        {
            NetlinkWriter writer = new();
            writer.BeginMessage(RTM_GETADDR, NetlinkLibc.NLM_F_DUMP);
            header[0] = (byte)family;
            writer.Put(header);
            writer.EndMessage();
            socket.Query(writer, what, (in NetlinkMessage message) =>
            {
                if (IsKept(message.Payload, index)) found.Add(message.Payload.ToArray());
            });
        }
        return found;
    }

    // struct ifaddrmsg { u8 family, prefixlen, flags, scope; u32 index; }; IFA_FLAGS has the flags that do not fit
    private static bool IsKept(ReadOnlySpan<byte> payload, int index)
    {
        if (payload.Length < AddressHeaderSize || BinaryPrimitives.ReadInt32LittleEndian(payload[4..]) != index || payload[3] != RT_SCOPE_UNIVERSE) return false;
        uint flags = NetlinkAttribute.TryFind(payload[AddressHeaderSize..], IFA_FLAGS, out NetlinkAttribute wide) ? wide.UInt32 : payload[2];
        return (flags & IFA_F_PERMANENT) != 0;
    }

    private static void Add(NetlinkSocket socket, int index, ReadOnlySpan<byte> address, string what)
    {
        NetlinkWriter writer = new();
        writer.BeginMessage(RTM_NEWADDR, NetlinkLibc.NLM_F_CREATE | NetlinkLibc.NLM_F_EXCL | NetlinkLibc.NLM_F_ACK);
        Span<byte> header = stackalloc byte[AddressHeaderSize];
        address[..AddressHeaderSize].CopyTo(header);
        header[2] = 0;
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], index);
        writer.Put(header);
        foreach (ushort type in (ReadOnlySpan<ushort>)[IFA_LOCAL, IFA_ADDRESS, IFA_BROADCAST])
            if (NetlinkAttribute.TryFind(address[AddressHeaderSize..], type, out NetlinkAttribute attribute)) writer.Attribute(type, attribute.Value);
        writer.EndMessage();
        socket.Transact(writer, what);
    }

    private static void SetFlags(NetlinkSocket socket, int index, bool up, string what)
    {
        NetlinkWriter writer = new();
        writer.BeginMessage(RTM_NEWLINK, NetlinkLibc.NLM_F_ACK);
        LinkHeader.Put(writer, index, up ? IFF_UP : 0, IFF_UP);
        writer.EndMessage();
        socket.Transact(writer, what);
    }
}
