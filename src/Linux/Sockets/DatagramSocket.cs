using System.Net;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Events;
using Sampan.Linux.Native;

namespace Sampan.Linux.Sockets;

/// <summary>UDP sockets as plain non-blocking descriptors. udp(7)</summary>
public static unsafe class DatagramSocket
{
    /// <summary>Sends to and receives from <paramref name="target"/> only.</summary>
    /// <exception cref="LinuxException">socket(2), connect(2).</exception>
    public static SafeFileHandle Connect(IPEndPoint target)
    {
        Span<byte> address = stackalloc byte[SocketAddress.MaxSize];
        uint length = SocketAddress.Internet(target.Address, target.Port, address);
        bool six = target.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        int fd = Libc.socket(six ? Libc.AF_INET6 : Libc.AF_INET, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK, 0);
        if (fd < 0) throw LinuxException.FromLastError("socket", "cannot make a socket");
        SafeFileHandle socket = new(fd, ownsHandle: true);
        fixed (byte* start = address)
        {
            if (Libc.connect(fd, start, length) == 0) return socket;
            using (socket) throw LinuxException.FromLastError("connect", $"cannot connect to {target}");
        }
    }

    /// <summary>Takes one datagram.</summary>
    /// <param name="socket">Non-blocking.</param>
    /// <param name="buffer">What does not fit is lost.</param>
    /// <param name="sender">The kernel's sockaddr of who sent it, for <see cref="SendTo"/>.</param>
    /// <returns>Its bytes; <see cref="Transfer.WouldBlock"/>, <see cref="Transfer.Broken"/>.</returns>
    public static int Receive(SafeFileHandle socket, Span<byte> buffer, out byte[] sender)
    {
        byte* address = stackalloc byte[SocketAddress.MaxSize];
        uint length = SocketAddress.MaxSize;
        fixed (byte* start = buffer)
        {
            nint got = Libc.recvfrom(socket.Fd(), start, (nuint)buffer.Length, 0, address, &length);
            sender = got < 0 ? [] : new ReadOnlySpan<byte>(address, (int)length).ToArray();
            return got >= 0 ? (int)got : LinuxException.LastError == Errno.EAGAIN ? Transfer.WouldBlock : Transfer.Broken;
        }
    }

    /// <summary>Sends one datagram, or loses it, as datagrams may be.</summary>
    public static void SendTo(SafeFileHandle socket, ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> receiver)
    {
        fixed (byte* start = datagram, address = receiver)
            Libc.sendto(socket.Fd(), start, (nuint)datagram.Length, 0, address, (uint)receiver.Length);
    }
}
