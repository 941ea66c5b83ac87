using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>A new pseudo-terminal of a devpts instance. pty(7), ioctl_tty(2).</summary>
public sealed unsafe class Pty : IDisposable
{
    private const uint TIOCSPTLCK = 0x40045431, TIOCGPTPEER = 0x5441, TIOCGPTN = 0x80045430, TIOCSWINSZ = 0x5414;
    private const uint PtmxMajor = 5, PtmxMinor = 2;

    private Pty(SafeFileHandle master, SafeFileHandle peer, int number) => (Master, Peer, Number) = (master, peer, number);

    public SafeFileHandle Master { get; }

    /// <summary>The side of the program.</summary>
    public SafeFileHandle Peer { get; }

    /// <summary>The peer is <c>/dev/pts/N</c> in its instance.</summary>
    public int Number { get; }

    /// <summary>Opens one in the instance mounted at /dev/pts under this root. Whatever lies there is looked at before it is opened:
    /// the root may belong to somebody hostile.</summary>
    /// <exception cref="FaultException">InvalidArgument when no devpts is mounted there; LinuxException of open(2): ENOSPC at the limit of terminals.</exception>
    public static Pty Open(RootDirectory root)
    {
        using SafeFileHandle place = root.Open("/dev/pts/ptmx", OpenFlags.Path | OpenFlags.NoFollow);
        Statx stat = Files.Stat(place);
        if (stat is not { Kind: FileKind.CharacterDevice, RdevMajor: PtmxMajor, RdevMinor: PtmxMinor })
            throw new FaultException(FaultKind.InvalidArgument, "cannot open a terminal: '/dev/pts/ptmx' of the container is not a terminal multiplexer; mount a devpts at /dev/pts");
        SafeFileHandle master = Files.Open(place.ProcPath(), OpenFlags.ReadWrite | OpenFlags.NoControllingTerminal);
        int unlock = 0, number = 0;
        if (Libc.ioctl(master.Fd(), TIOCSPTLCK, &unlock) < 0 || Libc.ioctl(master.Fd(), TIOCGPTN, &number) < 0)
            throw LinuxException.FromLastError("ioctl", "cannot unlock a new terminal");
        int peer = Libc.ioctl(master.Fd(), TIOCGPTPEER, (void*)(nint)(OpenFlags.ReadWrite | OpenFlags.NoControllingTerminal | OpenFlags.CloseOnExec));
        if (peer < 0) throw LinuxException.FromLastError("ioctl", "cannot open the peer of a new terminal");
        return new Pty(master, new SafeFileHandle(peer, ownsHandle: true), number);
    }

    /// <exception cref="LinuxException">ioctl_tty(2).</exception>
    public static void Resize(SafeFileHandle terminal, ushort columns, ushort rows)
    {
        WindowSize size = new() { Rows = rows, Columns = columns };
        if (Libc.ioctl(terminal.Fd(), TIOCSWINSZ, &size) < 0) throw LinuxException.FromLastError("ioctl", "cannot resize the terminal");
    }

    public void Dispose()
    {
        Master.Dispose();
        Peer.Dispose();
    }
}
