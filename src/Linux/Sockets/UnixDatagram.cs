using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux.Sockets;

/// <summary>Datagrams between processes of one machine: the sockets of sd_notify(3). unix(7)</summary>
public static unsafe class UnixDatagram
{
    /// <summary>A socket at <paramref name="path"/>; what a dead one left there is replaced.</summary>
    /// <exception cref="LinuxException">bind(2).</exception>
    public static SafeFileHandle Bind(string path, uint mode)
    {
        Span<byte> address = stackalloc byte[SocketAddress.MaxSize];
        uint length = SocketAddress.Unix(path, address);
        Libc.unlinkat(Libc.AT_FDCWD, path, 0);
        SafeFileHandle socket = Create();
        fixed (byte* start = address)
            if (Libc.bind(socket.Fd(), start, length) == 0 && Libc.fchmodat(Libc.AT_FDCWD, path, mode, 0) == 0) return socket;
        using (socket) throw LinuxException.FromLastError("bind", $"cannot make the socket '{path}'");
    }

    /// <summary>Sends to and receives from <paramref name="path"/> only; "@name" is an abstract address.</summary>
    /// <exception cref="LinuxException">connect(2).</exception>
    public static SafeFileHandle Connect(string path)
    {
        Span<byte> address = stackalloc byte[SocketAddress.MaxSize];
        uint length = SocketAddress.Unix(path, address);
        if (path[0] == '@')
        {
            address[2] = 0;
            length--;   // an abstract name has no closing zero
        }
        SafeFileHandle socket = Create();
        fixed (byte* start = address)
            if (Libc.connect(socket.Fd(), start, length) == 0) return socket;
        using (socket) throw LinuxException.FromLastError("connect", $"cannot connect to '{path}'");
    }

    /// <summary>Takes one datagram that has arrived.</summary>
    /// <param name="socket">Readable, or the call waits.</param>
    /// <param name="buffer">What does not fit is lost.</param>
    /// <returns>Its length; 0 when it could not be read.</returns>
    public static int Receive(SafeFileHandle socket, Span<byte> buffer)
    {
        fixed (byte* start = buffer) return (int)Math.Max(0, Libc.recvfrom(socket.Fd(), start, (nuint)buffer.Length, 0, null, null));
    }

    private static SafeFileHandle Create()
    {
        int fd = Libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw LinuxException.FromLastError("socket", "cannot make a socket");
    }
}
