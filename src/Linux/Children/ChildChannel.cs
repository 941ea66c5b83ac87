using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux.Children;

/// <summary>The parent's end of what <see cref="ChildStage"/> sends and waits for.</summary>
internal static unsafe class ChildChannel
{
    private const int SCM_RIGHTS = 1, MSG_DONTWAIT = 0x40, MSG_NOSIGNAL = 0x4000;

    internal static (SafeFileHandle Ours, SafeFileHandle Theirs) Pair()
    {
        int* ends = stackalloc int[2];
        if (Libc.socketpair(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0, ends) < 0)
            throw LinuxException.FromLastError("socketpair", "cannot make a socket to a new process");
        return (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
    }

    /// <summary>Lets the other side go on; a descriptor may go along.</summary>
    internal static void Send(SafeFileHandle channel, SafeFileHandle? descriptor)
    {
        byte data = 1;
        long* vector = stackalloc long[2];
        (vector[0], vector[1]) = ((nint)(&data), 1);
        long* control = stackalloc long[3];
        control[0] = 20;   // CMSG_LEN of one descriptor
        ((int*)control)[2] = Libc.SOL_SOCKET;
        ((int*)control)[3] = SCM_RIGHTS;
        ((int*)control)[4] = descriptor?.Fd() ?? -1;
        ((int*)control)[5] = 0;
        long* message = stackalloc long[7];   // struct msghdr
        new Span<long>(message, 7).Clear();
        (message[2], message[3]) = ((nint)vector, 1);
        if (descriptor is not null) (message[4], message[5]) = ((nint)control, 24);
        // A child that is gone already is noticed by the next receive.
        while (Libc.sendmsg(channel.Fd(), message, MSG_NOSIGNAL) < 0 && LinuxException.LastError == Errno.EINTR)
        {
        }
    }

    /// <returns>False when the other side closed without a word: it executes its program, or has ended.</returns>
    internal static bool TryReceive(SafeFileHandle channel, ChildReport* report, out string failedStep)
    {
        failedStep = "";
        int got = Read(channel, (byte*)report, sizeof(ChildReport));
        if (got < sizeof(ChildReport)) return false;
        if (report->Kind == ChildReport.Failed)
        {
            byte* text = stackalloc byte[1024];
            failedStep = Encoding.UTF8.GetString(text, Read(channel, text, 1024));
        }
        return true;
    }

    /// <summary>Throws away what has arrived.</summary>
    internal static void Drain(SafeFileHandle channel)
    {
        byte* buffer = stackalloc byte[1024];
        while (Libc.recvfrom(channel.Fd(), buffer, 1024, MSG_DONTWAIT, null, null) > 0)
        {
        }
    }

    private static int Read(SafeFileHandle channel, byte* buffer, int size)
    {
        int length = 0;
        while (length < size)
        {
            nint got = Libc.read(channel.Fd(), buffer + length, (nuint)(size - length));
            if (got < 0 && LinuxException.LastError == Errno.EINTR) continue;
            if (got <= 0) break;
            length += (int)got;
        }
        return length;
    }
}
