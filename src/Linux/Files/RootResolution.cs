using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>openat2(2) below a root for names that are bytes; <see cref="RootDirectory"/> is the same for strings.</summary>
public static unsafe class RootResolution
{
    private const int RaceRetries = 128;   // EAGAIN when a ".." races with a rename anywhere on the system

    /// <param name="path">Ends in zero; "/" and every symbolic link on the way, the last one too, resolve inside <paramref name="root"/>.</param>
    /// <returns>A close-on-exec descriptor, or -1 with errno in <see cref="LinuxException.LastError"/>.</returns>
    public static int Open(int root, ReadOnlySpan<byte> path, OpenFlags flags, ResolveFlags more = ResolveFlags.None)
    {
        OpenHow how = new()
        {
            Flags = (ulong)(uint)(flags | OpenFlags.CloseOnExec),
            Resolve = (ulong)(ResolveFlags.InRoot | ResolveFlags.NoMagicLinks | more),
        };
        fixed (byte* text = path)
        {
            for (int attempt = 0; ; attempt++)
            {
                nint fd = Libc.syscall(SyscallNumber.openat2, root, (nint)text, (nint)(&how), sizeof(OpenHow));
                if (fd >= 0 || LinuxException.LastError is not (Errno.EAGAIN or Errno.EINTR) || attempt == RaceRetries) return (int)fd;
            }
        }
    }
}
