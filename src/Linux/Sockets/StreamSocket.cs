using System.Net;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux.Events;
using Sampan.Linux.Native;

namespace Sampan.Linux.Sockets;

/// <summary>Stream sockets as plain descriptors, for programs with an event loop of their own and for sockets that are handed to another
/// program: close-on-exec, and no unlinking behind the back when one is closed.</summary>
public static unsafe class StreamSocket
{
    /// <summary>A listening unix socket at <paramref name="path"/>; what a dead listener left there is replaced.</summary>
    /// <exception cref="FaultException">InvalidArgument when the path is longer than 107 bytes.</exception>
    /// <exception cref="LinuxException">bind(2).</exception>
    public static SafeFileHandle Listen(string path, uint mode = 0x180 /* 0600 */)
    {
        Span<byte> address = stackalloc byte[SocketAddress.MaxSize];
        uint length = SocketAddress.Unix(path, address);
        Libc.unlinkat(Libc.AT_FDCWD, path, 0);
        SafeFileHandle socket = Create(Libc.AF_UNIX, nonBlocking: false);
        fixed (byte* start = address)
        {
            // The mode is set before listen: nobody can connect in between.
            if (Libc.bind(socket.Fd(), start, length) < 0 || Libc.fchmodat(Libc.AT_FDCWD, path, mode, 0) < 0 || Libc.listen(socket.Fd(), 128) < 0)
            {
                using (socket) throw LinuxException.FromLastError("bind", $"cannot listen on '{path}'");
            }
        }
        return socket;
    }

    /// <summary>Connects to a unix socket; the descriptor does not block afterwards, unless <paramref name="blocking"/>.</summary>
    /// <exception cref="LinuxException">connect(2): ENOENT, ECONNREFUSED, EAGAIN when the backlog is full.</exception>
    public static SafeFileHandle Connect(string path, bool blocking = false)
    {
        Span<byte> address = stackalloc byte[SocketAddress.MaxSize];
        uint length = SocketAddress.Unix(path, address);
        SafeFileHandle socket = Create(Libc.AF_UNIX, nonBlocking: !blocking);
        fixed (byte* start = address)
        {
            if (Libc.connect(socket.Fd(), start, length) == 0) return socket;
            using (socket) throw LinuxException.FromLastError("connect", $"cannot connect to '{path}'");
        }
    }

    /// <summary>Starts to connect by TCP. The socket becomes writable when that is decided: ask <see cref="TakeError"/>.</summary>
    /// <exception cref="LinuxException">connect(2), when it is decided at once.</exception>
    public static SafeFileHandle StartConnect(IPEndPoint target)
    {
        Span<byte> address = stackalloc byte[SocketAddress.MaxSize];
        uint length = SocketAddress.Internet(target.Address, target.Port, address);
        bool six = target.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        SafeFileHandle socket = Create(six ? Libc.AF_INET6 : Libc.AF_INET, nonBlocking: true);
        fixed (byte* start = address)
        {
            if (Libc.connect(socket.Fd(), start, length) == 0 || LinuxException.LastError == Errno.EINPROGRESS) return socket;
            using (socket) throw LinuxException.FromLastError("connect", $"cannot connect to {target}");
        }
    }

    /// <summary>Takes one waiting connection, non-blocking; null when there is none (any more).</summary>
    public static SafeFileHandle? Accept(SafeFileHandle listener)
    {
        int fd = Libc.accept4(listener.Fd(), null, null, Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC);
        return fd < 0 ? null : new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>Says end of input to the peer and goes on reading. shutdown(2)</summary>
    public static void CloseWrite(SafeFileHandle socket) => Libc.shutdown(socket.Fd(), Libc.SHUT_WR);

    /// <summary>Removes the path that a unix socket was bound to, if it has one.</summary>
    public static void Unlink(SafeFileHandle socket)
    {
        byte* address = stackalloc byte[SocketAddress.MaxSize];
        uint length = SocketAddress.MaxSize;
        if (Libc.getsockname(socket.Fd(), address, &length) < 0 || *(ushort*)address != Libc.AF_UNIX) return;
        string path = System.Text.Encoding.UTF8.GetString(address + 2, (int)Math.Min(length, SocketAddress.MaxSize) - 2).TrimEnd('\0');
        if (path.Length > 0 && path[0] != '\0') Files.TryUnlink(path);
    }

    /// <summary>Closes so that the peer reads the end after all we sent: a unix socket closed with unread input would give it ECONNRESET instead.</summary>
    public static void Finish(SafeFileHandle socket)
    {
        Libc.shutdown(socket.Fd(), Libc.SHUT_RDWR);
        Span<byte> unread = stackalloc byte[4096];
        while (Transfer.Read(socket, unread) > 0)
        {
        }
        socket.Dispose();
    }

    /// <summary>The pending error of a socket, and forgets it. socket(7) SO_ERROR</summary>
    public static Errno TakeError(SafeFileHandle socket) => (Errno)Option(socket, Libc.SO_ERROR);

    /// <summary>True for a stream socket that accepts connections. socket(7) SO_ACCEPTCONN</summary>
    public static bool IsListening(SafeFileHandle socket) => Option(socket, Libc.SO_ACCEPTCONN) > 0;

    private static int Option(SafeFileHandle socket, int option)
    {
        int value = 0;
        uint size = sizeof(int);
        return Libc.getsockopt(socket.Fd(), Libc.SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
    }

    private static SafeFileHandle Create(int domain, bool nonBlocking)
    {
        int fd = Libc.socket(domain, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC | (nonBlocking ? Libc.SOCK_NONBLOCK : 0), 0);
        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true)
            : throw LinuxException.FromLastError("socket", "cannot make a socket");
    }
}
