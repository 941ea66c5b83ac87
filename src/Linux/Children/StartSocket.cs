using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux.Native;

namespace Sampan.Linux.Children;

/// <summary>The place where a child waits to be told by any process that may go on (<see cref="ChildPlan.AwaitStart"/>): a unix socket in a folder.</summary>
public static unsafe class StartSocket
{
    private const string Name = "start";

    /// <summary>Bound and listening; the child inherits it, the caller closes it after the clone.</summary>
    /// <param name="directory">Any length: the socket is reached by the descriptor, so the 108 bytes of sun_path always do.</param>
    /// <exception cref="LinuxException">bind(2): EADDRINUSE, EROFS.</exception>
    public static SafeFileHandle Listen(SafeFileHandle directory)
    {
        SafeFileHandle socket = Open();
        byte* address = stackalloc byte[110];
        uint size = WriteAddress(address, directory);
        if (Libc.bind(socket.Fd(), address, size) < 0 || Libc.listen(socket.Fd(), 1) < 0)
            throw LinuxException.FromLastError("bind", "cannot make the start socket of the container");
        return socket;
    }

    public static bool Exists(SafeFileHandle directory) => Files.TryStat(directory, Name, followLinks: false, out _);

    /// <param name="process">The child.</param>
    /// <param name="handover">Is given its seccomp listener, if there is one.</param>
    /// <summary>Lets the child go on and returns when it runs its program (or its last step, execve, was refused).</summary>
    /// <returns>False when nobody waits there (any more).</returns>
    /// <exception cref="ChildFailure">A step on the way failed.</exception>
    public static bool TryStart(SafeFileHandle directory, ChildProcess? process, ListenerHandover? handover)
    {
        using SafeFileHandle socket = Open();
        byte* address = stackalloc byte[110];
        uint size = WriteAddress(address, directory);
        if (Libc.connect(socket.Fd(), address, size) < 0)
            return LinuxException.LastError is Errno.ENOENT or Errno.ECONNREFUSED ? false
                : throw LinuxException.FromLastError("connect", "cannot reach the container's init process");
        // From here on the container counts as started, whatever becomes of it.
        Libc.unlinkat(directory.Fd(), Name, 0);
        ChildChannel.Send(socket, null);
        return ChildChannel.TryAwaitProgram(socket, process, handover) is { } failure ? throw failure : true;
    }

    private static SafeFileHandle Open()
    {
        int socket = Libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0);
        if (socket < 0) throw LinuxException.FromLastError("socket", "cannot make a unix socket");
        return new SafeFileHandle(socket, ownsHandle: true);
    }

    // struct sockaddr_un: family, then the path.
    private static uint WriteAddress(byte* address, SafeFileHandle directory)
    {
        *(ushort*)address = Libc.AF_UNIX;
        string path = $"{directory.ProcPath()}/{Name}";
        int length = System.Text.Encoding.ASCII.GetBytes(path, new Span<byte>(address + 2, 108));
        address[2 + length] = 0;
        return (uint)(2 + length + 1);
    }
}
