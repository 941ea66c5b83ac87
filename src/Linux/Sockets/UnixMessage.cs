using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux.Sockets;

/// <summary>One message over a unix socket, a descriptor with its first bytes. unix(7) SCM_RIGHTS</summary>
public static unsafe class UnixMessage
{
    private const int SCM_RIGHTS = 1, MSG_NOSIGNAL = 0x4000;

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
