using System.Runtime.InteropServices;

namespace Sampan.Linux.Native;

/// <summary>struct termios of glibc. termios(3).</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct Termios
{
    public uint InputFlags;
    public uint OutputFlags;
    public uint ControlFlags;
    public uint LocalFlags;
    public byte LineDiscipline;
    public fixed byte ControlCharacters[32];
    public uint InputSpeed;
    public uint OutputSpeed;
}

public static unsafe partial class Libc
{
    public const int TCSANOW = 0;
    public const int TCSADRAIN = 1;
    public const nuint TIOCGWINSZ = 0x5413;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int isatty(int fd);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int tcgetattr(int fd, Termios* attributes);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int tcsetattr(int fd, int when, Termios* attributes);

    [LibraryImport("libc")]
    public static partial void cfmakeraw(Termios* attributes);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int ioctl_winsize(int fd, nuint request, WindowSize* size);
}
