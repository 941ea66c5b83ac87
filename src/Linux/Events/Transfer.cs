using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux.Events;

/// <summary>Non-blocking reads and writes, whose usual refusals are answers and not exceptions.</summary>
public static unsafe class Transfer
{
    /// <summary>Nothing there, or no room, right now. EAGAIN</summary>
    public const int WouldBlock = -1;

    /// <summary>No more will come, or nobody will take it: EOF's other spellings (EIO of a pty, ECONNRESET, EPIPE) and errors that no
    /// caller here can mend.</summary>
    public const int Broken = -2;

    /// <returns>Bytes read, 0 at the end, <see cref="WouldBlock"/> or <see cref="Broken"/>.</returns>
    public static int Read(SafeFileHandle from, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint got;
            do got = Libc.read(from.Fd(), start, (nuint)buffer.Length);
            while (got < 0 && LinuxException.LastError == Errno.EINTR);
            return got >= 0 ? (int)got : Refusal();
        }
    }

    /// <returns>Bytes written, <see cref="WouldBlock"/> or <see cref="Broken"/>.</returns>
    public static int Write(SafeFileHandle to, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint put;
            do put = Libc.write(to.Fd(), start, (nuint)bytes.Length);
            while (put < 0 && LinuxException.LastError == Errno.EINTR);
            return put >= 0 ? (int)put : Refusal();
        }
    }

    /// <summary>Switches O_NONBLOCK on. fcntl(2)</summary>
    public static void MakeNonBlocking(SafeFileHandle handle)
    {
        int flags = Libc.fcntl(handle.Fd(), Libc.F_GETFL, 0);
        if (flags < 0 || Libc.fcntl(handle.Fd(), Libc.F_SETFL, flags | (int)OpenFlags.NonBlocking) < 0)
            throw LinuxException.FromLastError("fcntl", $"cannot make descriptor {handle.Fd()} non-blocking");
    }

    private static int Refusal() => LinuxException.LastError == Errno.EAGAIN ? WouldBlock : Broken;
}
