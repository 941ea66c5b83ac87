using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Linux.Terminals;

namespace Sampan.Runtime.CommandLine;

/// <summary>Stands in for a process until it ends: passes signals on to it, and between its terminal and ours what is typed and shown.</summary>
internal sealed unsafe class Foreground : IDisposable
{
    private readonly ChildProcess _process;
    private readonly SafeFileHandle? _console;
    private const int BufferSize = 16 * 1024;
    // HUP INT QUIT USR1 USR2 ALRM TERM CONT TSTP TTIN TTOU VTALRM PROF IO: all that a program may be sent to do something. signal(7)
    private static ReadOnlySpan<int> Passed => [1, 2, 3, 10, 12, 14, 15, 18, 20, 21, 22, 26, 27, 29];
    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly bool _ownsKeyboard;
    private volatile bool _sizeIsOld = true;

    /// <param name="ownsKeyboard">False when the process is on our terminal itself and hears the keyboard's signals from it.</param>
    internal Foreground(ChildProcess process, SafeFileHandle? console, bool ownsKeyboard = true)
    {
        _ownsKeyboard = ownsKeyboard;
        (_process, _console) = (process, console);
        foreach (int signal in Passed) _signals.Add(PosixSignalRegistration.Create((PosixSignal)signal, PassOn));
        // The signal interrupts no poll of this thread, so the new size shows with the next byte typed or written.
        if (console is null) return;
        // Our own terminal ends lines as it likes; to a pipe they go as the program wrote them.
        Terminal.Of(console.Fd())?.ClearNewlineMapping();
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => _sizeIsOld = true));
    }

    internal ExitStatus Wait()
    {
        if (_console is null) return _process.Wait();
        using RawMode? raw = Terminal.Of(0)?.EnterRawMode(keepsOutput: true);
        Relay();
        return _process.Wait();
    }

    // Until the other side of the terminal is closed by its last process, with what was still written to it read out.
    private void Relay()
    {
        byte* buffer = stackalloc byte[BufferSize];
        PollFd* ends = stackalloc PollFd[2];
        (ends[0].Fd, ends[0].Events) = (_console!.Fd(), PollFd.POLLIN);
        (ends[1].Fd, ends[1].Events) = (0, PollFd.POLLIN);
        while (true)
        {
            ResizeLikeOurs();
            if (Libc.poll(ends, 2, -1) < 0)
            {
                if (LinuxException.LastError == Errno.EINTR) continue;
                throw LinuxException.FromLastError("poll", "cannot wait for the terminal");
            }
            if (ends[0].Revents != 0 && !Copy(_console!.Fd(), 1, buffer)) return;
            if (ends[1].Revents != 0 && !Copy(0, _console!.Fd(), buffer)) ends[1].Fd = -1;   // our input has ended; the program goes on
        }
    }

    private static bool Copy(int from, int to, byte* buffer)
    {
        nint got = Libc.read(from, buffer, BufferSize);
        if (got < 0 && LinuxException.LastError == Errno.EINTR) return true;
        if (got <= 0) return false;   // EIO: nobody holds the other side any more
        using SafeFileHandle target = new(to, ownsHandle: false);
        Files.WriteAll(target, new ReadOnlySpan<byte>(buffer, (int)got), "terminal");
        return true;
    }

    private void ResizeLikeOurs()
    {
        if (!_sizeIsOld || Terminal.Of(0) is not { } own) return;
        _sizeIsOld = false;
        WindowSize size = own.Size;
        if (size is not { Columns: 0, Rows: 0 }) Pty.Resize(_console!, size.Columns, size.Rows);   // a terminal that nobody looks at has no size
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
    }

    private void PassOn(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!_ownsKeyboard && context.Signal is (PosixSignal.SIGINT or PosixSignal.SIGQUIT or PosixSignal.SIGTSTP or PosixSignal.SIGTTIN or PosixSignal.SIGTTOU)) return;
        _process.Signal(context.Signal switch
        {
            PosixSignal.SIGHUP => 1,
            PosixSignal.SIGINT => 2,
            PosixSignal.SIGQUIT => 3,
            PosixSignal.SIGTERM => 15,
            PosixSignal.SIGCONT => 18,
            PosixSignal.SIGTSTP => 20,
            PosixSignal.SIGTTIN => 21,
            PosixSignal.SIGTTOU => 22,
            var raw => (int)raw,
        });
    }
}
