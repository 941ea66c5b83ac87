using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;
using Sampan.Linux.Sockets;

namespace Sampan.Linux.Children;

/// <summary>The parent's end of what <see cref="ChildStage"/> sends and waits for.</summary>
internal static unsafe class ChildChannel
{
    private const int MSG_DONTWAIT = 0x40;

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
        // A child that is gone already is noticed by the next receive.
        UnixMessage.TrySend(channel, [1], descriptor);
    }

    /// <returns>False when the other side closed without a word: it executes its program, or has ended.</returns>
    internal static bool TryReceive(SafeFileHandle channel, ChildReport* report, out string failedStep)
    {
        failedStep = "";
        int got = Read(channel, (byte*)report, sizeof(ChildReport));
        if (got < sizeof(ChildReport)) return false;
        if (report->Kind == ChildReport.Failed)
        {
            byte* text = stackalloc byte[ChildReport.FailureTextSize];
            failedStep = Encoding.UTF8.GetString(text, Read(channel, text, ChildReport.FailureTextSize));
        }
        return true;
    }

    /// <summary>Waits until the other side executes its program. On the way it may have the listener of its seccomp filter to give away.</summary>
    /// <returns>Null; or why it did not come to that.</returns>
    internal static ChildFailure? TryAwaitProgram(SafeFileHandle channel, ChildProcess? process, ListenerHandover? handover)
    {
        ChildReport report;
        while (TryReceive(channel, &report, out string failure))
        {
            if (report.Kind != ChildReport.HasListener) return new((Errno)report.Errno, failure);
            if (process is null || handover is null) return new(Errno.None, "nobody takes the seccomp listener of the new process");
            using (SafeFileHandle listener = process.Take(report.Value)) handover(listener, process.Pid);
            Send(channel, null);
        }
        return null;
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
