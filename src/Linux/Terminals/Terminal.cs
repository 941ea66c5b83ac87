using Sampan.Linux.Native;

namespace Sampan.Linux.Terminals;

/// <summary>A descriptor of this process that is a terminal.</summary>
public sealed unsafe class Terminal
{
    private readonly int _fd;

    private Terminal(int fd) => _fd = fd;

    /// <returns>Null when the descriptor is no terminal. isatty(3).</returns>
    public static Terminal? Of(int fd) => Libc.isatty(fd) == 1 ? new Terminal(fd) : null;

    /// <summary>Rows and columns; both 0 when the terminal does not know. ioctl_tty(2).</summary>
    /// <exception cref="LinuxException">EIO: the terminal was hung up.</exception>
    public WindowSize Size
    {
        get
        {
            WindowSize size;
            if (Libc.ioctl_winsize(_fd, Libc.TIOCGWINSZ, &size) < 0)
                throw LinuxException.FromLastError("ioctl", $"cannot read the window size of descriptor {_fd}");
            return size;
        }
    }

    /// <summary>Lines end in "\n" for who reads from the other side, not in "\r\n". termios(3), ONLCR.</summary>
    public void ClearNewlineMapping()
    {
        const uint ONLCR = 4;
        Termios settings;
        if (Libc.tcgetattr(_fd, &settings) < 0) throw LinuxException.FromLastError("tcgetattr", $"cannot read the terminal settings of descriptor {_fd}");
        settings.OutputFlags &= ~ONLCR;
        if (Libc.tcsetattr(_fd, Libc.TCSANOW, &settings) < 0) throw LinuxException.FromLastError("tcsetattr", $"cannot change the terminal settings of descriptor {_fd}");
    }

    /// <summary>What is typed is not shown, lines and signal keys work as before, until the answer is disposed. termios(3), ECHO.</summary>
    /// <exception cref="LinuxException">EIO: the terminal was hung up.</exception>
    public RawMode HideInput()
    {
        const uint ECHO = 8, ECHONL = 0x40;
        Termios before;
        if (Libc.tcgetattr(_fd, &before) < 0) throw LinuxException.FromLastError("tcgetattr", $"cannot read the terminal settings of descriptor {_fd}");
        Termios hidden = before;
        hidden.LocalFlags &= ~(ECHO | ECHONL);
        if (Libc.tcsetattr(_fd, Libc.TCSANOW, &hidden) < 0) throw LinuxException.FromLastError("tcsetattr", $"cannot hide the input of descriptor {_fd}");
        return new RawMode(_fd, before);
    }

    /// <summary>Bytes go through unchanged and unechoed, signals keys included, until the answer is disposed.</summary>
    /// <exception cref="LinuxException">EIO: the terminal was hung up.</exception>
    /// <param name="keepsOutput">What is written is still post-processed: "\n" goes to the start of the next line.</param>
    public RawMode EnterRawMode(bool keepsOutput = false)
    {
        Termios before;
        if (Libc.tcgetattr(_fd, &before) < 0) throw LinuxException.FromLastError("tcgetattr", $"cannot read the terminal settings of descriptor {_fd}");
        Termios raw = before;
        Libc.cfmakeraw(&raw);
        if (keepsOutput) raw.OutputFlags = before.OutputFlags;
        if (Libc.tcsetattr(_fd, Libc.TCSANOW, &raw) < 0) throw LinuxException.FromLastError("tcsetattr", $"cannot set descriptor {_fd} to raw mode");
        return new RawMode(_fd, before);
    }
}
