using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux.Sockets;

/// <summary>One message over a unix socket, a descriptor with its first bytes. unix(7) SCM_RIGHTS</summary>
public static unsafe class UnixMessage
{
    private const int SCM_RIGHTS = 1, MSG_NOSIGNAL = 0x4000, MSG_CMSG_CLOEXEC = 0x40000000, MSG_TRUNC = 0x20;

    /// <summary>Two connected sockets that keep messages apart. unix(7) SOCK_SEQPACKET</summary>
    /// <exception cref="LinuxException">socketpair(2).</exception>
    public static (SafeFileHandle Ours, SafeFileHandle Theirs) Pair()
    {
        int* ends = stackalloc int[2];
        if (Libc.socketpair(Libc.AF_UNIX, Libc.SOCK_SEQPACKET | Libc.SOCK_CLOEXEC, 0, ends) < 0)
            throw LinuxException.FromLastError("socketpair", "cannot make a pair of sockets");
        return (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
    }

    /// <summary>Waits for one whole message.</summary>
    /// <param name="descriptor">The one that came with it, or null.</param>
    /// <returns>Its length; 0 when the peer has closed.</returns>
    /// <exception cref="LinuxException">recvmsg(2); EMSGSIZE: it is longer than <paramref name="buffer"/>.</exception>
    public static int Receive(SafeFileHandle socket, Span<byte> buffer, out SafeFileHandle? descriptor)
    {
        long* vector = stackalloc long[2], control = stackalloc long[3], message = stackalloc long[7];   // struct iovec, cmsghdr, msghdr
        new Span<long>(message, 7).Clear();
        new Span<long>(control, 3).Clear();
        nint got;
        fixed (byte* start = buffer)
        {
            (vector[0], vector[1]) = ((nint)start, buffer.Length);
            (message[2], message[3], message[4], message[5]) = ((nint)vector, 1, (nint)control, 24);
            do got = Libc.recvmsg(socket.Fd(), message, MSG_CMSG_CLOEXEC);
            while (got < 0 && LinuxException.LastError == Errno.EINTR);
        }
        if (got < 0) throw LinuxException.FromLastError("recvmsg", "cannot receive a message");
        bool has = message[5] >= 20 && ((int*)control)[2] == Libc.SOL_SOCKET && ((int*)control)[3] == SCM_RIGHTS;
        descriptor = has ? new SafeFileHandle(((int*)control)[4], ownsHandle: true) : null;
        if (((int)message[6] & MSG_TRUNC) == 0) return (int)got;
        descriptor?.Dispose();
        throw new LinuxException(Errno.EMSGSIZE, "recvmsg", $"cannot receive a message of more than {buffer.Length} bytes");
    }

    /// <returns>False with errno in <see cref="LinuxException.LastError"/>.</returns>
    public static bool TrySend(SafeFileHandle socket, ReadOnlySpan<byte> data, SafeFileHandle? descriptor)
    {
        long* vector = stackalloc long[2], control = stackalloc long[3], message = stackalloc long[7];   // struct iovec, cmsghdr, msghdr
        control[0] = 20;   // CMSG_LEN of one descriptor
        ((int*)control)[2] = Libc.SOL_SOCKET;
        ((int*)control)[3] = SCM_RIGHTS;
        ((int*)control)[4] = descriptor?.Fd() ?? -1;
        ((int*)control)[5] = 0;
        new Span<long>(message, 7).Clear();
        (message[2], message[3]) = ((nint)vector, 1);
        if (descriptor is not null) (message[4], message[5]) = ((nint)control, 24);
        fixed (byte* start = data)
            for (int sent = 0; sent < data.Length;)
            {
                (vector[0], vector[1]) = ((nint)(start + sent), data.Length - sent);
                nint took = Libc.sendmsg(socket.Fd(), message, MSG_NOSIGNAL);
                if (took < 0 && LinuxException.LastError == Errno.EINTR) continue;
                if (took < 0) return false;
                sent += (int)took;
                message[4] = message[5] = 0;   // the descriptor has gone with the first bytes
            }
        return true;
    }
}
