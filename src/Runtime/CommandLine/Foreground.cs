using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Events;
using Sampan.Linux.Native;
using Sampan.Linux.Terminals;

namespace Sampan.Runtime.CommandLine;

/// <summary>Stands in for a process until it ends: passes signals on to it, and between its terminal and ours what is typed and shown.</summary>
internal sealed unsafe class Foreground : IDisposable
{
    private const int BufferSize = 16 * 1024;
    private readonly ChildProcess _process;
    private readonly SafeFileHandle? _console;
    private readonly bool _ownsKeyboard;
    private readonly SignalDescriptor _signals;
    private bool _sizeIsOld = true;

    /// <param name="ownsKeyboard">False when the process is on our terminal itself and hears the keyboard's signals from it.</param>
    internal Foreground(ChildProcess process, SafeFileHandle? console, bool ownsKeyboard = true)
    {
        (_process, _console, _ownsKeyboard) = (process, console, ownsKeyboard);
        ForwardedSignals.Block();
        _signals = new SignalDescriptor(ForwardedSignals.All);
        // Our own terminal ends lines as it likes; to a pipe they go as the program wrote them.
        if (console is not null) Terminal.Of(console.Fd())?.ClearNewlineMapping();
    }

    internal ExitStatus Wait()
    {
        using RawMode? raw = _console is null ? null : Terminal.Of(0)?.EnterRawMode(keepsOutput: true);
        Relay();
        return _process.Wait();
    }

    public void Dispose() => _signals.Dispose();

    // Until the process has ended and the other side of its terminal is closed by the last that had it, with what was still written to it read out.
    private void Relay()
    {
        byte* buffer = stackalloc byte[BufferSize];
        PollFd* ends = stackalloc PollFd[4];
        ref PollFd signals = ref ends[0], ended = ref ends[1], console = ref ends[2], input = ref ends[3];
        signals = Watch(_signals.Handle.Fd());
        ended = Watch(_process.Pidfd.Fd());
        console = Watch(_console?.Fd() ?? -1);
        input = Watch(_console is null ? -1 : 0);
        while (ended.Fd >= 0 || console.Fd >= 0)
        {
            ResizeLikeOurs();
            if (Libc.poll(ends, 4, -1) < 0)
            {
                if (LinuxException.LastError == Errno.EINTR) continue;
                throw LinuxException.FromLastError("poll", "cannot wait for the process in the foreground");
            }
            if (signals.Revents != 0) PassOn(_signals.Take());
            if (ended.Revents != 0) ended.Fd = -1;
            if (console.Revents != 0 && !Copy(_console!.Fd(), 1, buffer)) console.Fd = input.Fd = -1;
            if (input.Fd >= 0 && input.Revents != 0 && !Copy(0, _console!.Fd(), buffer)) input.Fd = -1;   // our input has ended; the program goes on
        }
    }

    private static PollFd Watch(int fd) => new() { Fd = fd, Events = PollFd.POLLIN };

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
        if (!_sizeIsOld || _console is null || Terminal.Of(0) is not { } own) return;
        _sizeIsOld = false;
        WindowSize size = own.Size;
        if (size is not { Columns: 0, Rows: 0 }) Pty.Resize(_console, size.Columns, size.Rows);   // a terminal that nobody looks at has no size
    }

    private void PassOn(int signal)
    {
        if (signal == ForwardedSignals.SIGWINCH) _sizeIsOld = true;
        bool isOfKeyboard = signal is ForwardedSignals.SIGINT or ForwardedSignals.SIGQUIT or ForwardedSignals.SIGTSTP or ForwardedSignals.SIGTTIN or ForwardedSignals.SIGTTOU;
        if (signal is 0 or ForwardedSignals.SIGWINCH || (!_ownsKeyboard && isOfKeyboard)) return;
        _process.Signal(signal);
    }
}
