using Sampan.Linux.Native;

namespace Sampan.Linux.Terminals;

/// <summary>A terminal whose settings are changed for a while: raw, or without echo. Disposing it, once or more, gives the terminal its settings back.</summary>
public sealed unsafe class RawMode : IDisposable
{
    private readonly int _fd;
    private Termios _before;
    private int _restored;

    internal RawMode(int fd, Termios before)
    {
        (_fd, _before) = (fd, before);
        // SIGTERM ends the runtime through its exit handlers and past every using: the shell still gets its terminal back.
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _restored, 1) != 0) return;
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        fixed (Termios* before = &_before) Libc.tcsetattr(_fd, Libc.TCSADRAIN, before);   // fails only when the terminal is gone
    }

    private void OnProcessExit(object? sender, EventArgs ended) => Dispose();
}
