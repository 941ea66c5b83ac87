using System.Net;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;
using Sampan.Linux.Netlink;

namespace Sampan.Linux.Sockets;

/// <summary>A socket that holds a port of the host.</summary>
public static unsafe class HostPortSocket
{
    private const int SO_REUSEADDR = 2, IPPROTO_IPV6 = 41, IPV6_V6ONLY = 26, Backlog = 128;

    /// <summary>Bound, and listening for <paramref name="type"/> SOCK_STREAM. An IPv6 one leaves IPv4 alone.</summary>
    /// <exception cref="LinuxException">bind(2), listen(2): EADDRINUSE, EADDRNOTAVAIL, EACCES below port 1024 without CAP_NET_BIND_SERVICE.</exception>
    public static SafeFileHandle Bind(IPEndPoint endPoint, int type)
    {
        bool six = endPoint.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        int fd = Libc.socket(six ? Libc.AF_INET6 : Libc.AF_INET, type | Libc.SOCK_CLOEXEC, 0);
        if (fd < 0) throw LinuxException.FromLastError("socket", "cannot make a socket");
        SafeFileHandle socket = new(fd, ownsHandle: true);
        Span<byte> address = stackalloc byte[SocketAddress.MaxSize];
        uint length = SocketAddress.Internet(endPoint.Address, endPoint.Port, address);
        int on = 1;
        // Connections of an earlier listener that wait for their end (TIME_WAIT) do not matter; for UDP the option would let two share the port.
        if (type == Libc.SOCK_STREAM) _ = NetlinkLibc.setsockopt(fd, Libc.SOL_SOCKET, SO_REUSEADDR, &on, sizeof(int));
        if (six) _ = NetlinkLibc.setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(int));
        fixed (byte* start = address)
        {
            if (Libc.bind(fd, start, length) == 0 && (type != Libc.SOCK_STREAM || Libc.listen(fd, Backlog) == 0)) return socket;
        }
        LinuxException failure = LinuxException.FromLastError("bind", $"cannot bind {endPoint}");
        socket.Dispose();
        throw failure;
    }
}
