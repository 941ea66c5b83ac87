using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Linux.Sockets;

namespace Sampan.Runtime.CommandLine;

/// <summary>Where a process of the command line reads and writes: our own descriptors, or a terminal whose other side somebody takes over.</summary>
internal static class ContainerStdio
{
    internal static SafeFileHandle Own(int descriptor) => new(descriptor, ownsHandle: false);

    /// <summary>Hands our side of a terminal, or a pidfd, to who listens on the unix socket, as runc does: one message with the descriptor and a name.</summary>
    /// <exception cref="LinuxException">connect(2), sendmsg(2).</exception>
    internal static void Send(SafeFileHandle descriptor, string name, string socketPath)
    {
        using SafeFileHandle socket = StreamSocket.Connect(socketPath);
        if (!UnixMessage.TrySend(socket, Encoding.UTF8.GetBytes(name), descriptor)) throw LinuxException.FromLastError("sendmsg", $"cannot send '{name}' to '{socketPath}'");
    }

    /// <exception cref="FaultException">InvalidArgument: the flags contradict the config, in runc's words.</exception>
    internal static void Check(bool terminal, bool detached, string? consoleSocket)
    {
        if (detached && terminal && consoleSocket is null)
            throw new FaultException(FaultKind.InvalidArgument, "cannot allocate tty if runc will detach without setting console socket");
        if ((!detached || !terminal) && consoleSocket is not null)
            throw new FaultException(FaultKind.InvalidArgument, "cannot use console socket if runc will not detach or allocate tty");
    }
}
