using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Runtime.CommandLine;

/// <summary>Where a process of the command line reads and writes: our own descriptors, or a terminal whose other side somebody takes over.</summary>
internal static unsafe class ContainerStdio
{
    internal static SafeFileHandle Own(int descriptor) => new(descriptor, ownsHandle: false);

    /// <summary>Hands our side of the terminal to who listens on the unix socket, as runc does: one message with the descriptor and a name.</summary>
    /// <exception cref="LinuxException">connect(2), sendmsg(2).</exception>
    internal static void SendConsole(SafeFileHandle console, string socketPath)
    {
        const int SCM_RIGHTS = 1, MSG_NOSIGNAL = 0x4000;
        using SafeFileHandle socket = Connect(socketPath);
        byte[] name = Encoding.UTF8.GetBytes("/dev/ptmx");
        long* vector = stackalloc long[2], control = stackalloc long[3], message = stackalloc long[7];
        fixed (byte* data = name)
        {
            (vector[0], vector[1]) = ((nint)data, name.Length);
            control[0] = 20;   // CMSG_LEN of one descriptor
            ((int*)control)[2] = Libc.SOL_SOCKET;
            ((int*)control)[3] = SCM_RIGHTS;
            ((int*)control)[4] = console.Fd();
            ((int*)control)[5] = 0;
            new Span<long>(message, 7).Clear();
            (message[2], message[3], message[4], message[5]) = ((nint)vector, 1, (nint)control, 24);
            if (Libc.sendmsg(socket.Fd(), message, MSG_NOSIGNAL) < 0) throw LinuxException.FromLastError("sendmsg", $"cannot send the terminal to '{socketPath}'");
        }
    }

    /// <exception cref="FaultException">InvalidArgument: the flags contradict the config, in runc's words.</exception>
    internal static void Check(bool terminal, bool detached, string? consoleSocket)
    {
        if (detached && terminal && consoleSocket is null)
            throw new FaultException(FaultKind.InvalidArgument, "cannot allocate tty if runc will detach without setting console socket");
        if ((!detached || !terminal) && consoleSocket is not null)
            throw new FaultException(FaultKind.InvalidArgument, "cannot use console socket if runc will not detach or allocate tty");
    }

    private static SafeFileHandle Connect(string path)
    {
        int socket = Libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0);
        if (socket < 0) throw LinuxException.FromLastError("socket", "cannot make a unix socket");
        SafeFileHandle handle = new(socket, ownsHandle: true);
        byte* address = stackalloc byte[110];
        *(ushort*)address = Libc.AF_UNIX;
        int length = Encoding.UTF8.GetByteCount(path);
        if (length > 107) throw new FaultException(FaultKind.InvalidArgument, $"path of console socket is longer than 107 bytes: '{path}'");
        Encoding.UTF8.GetBytes(path, new Span<byte>(address + 2, 108));
        address[2 + length] = 0;
        if (Libc.connect(socket, address, (uint)(3 + length)) < 0) throw LinuxException.FromLastError("connect", $"cannot connect to console socket '{path}'");
        return handle;
    }
}
