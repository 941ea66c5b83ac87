using System.Runtime.InteropServices;
using Sampan.Faults;
using Sampan.Linux.Native;
using Sampan.Linux.Terminals;

namespace Sampan.Cli.Streams;

/// <summary>Keeps the size of a container's terminal that of ours: now, and at every SIGWINCH.</summary>
internal sealed class WindowSizeMonitor : IDisposable
{
    private const int Tries = 10;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private readonly Terminal _terminal;
    private readonly Func<int, int, Task> _resize;
    private readonly PosixSignalRegistration _registration;

    /// <param name="resize">Rows, columns.</param>
    public WindowSizeMonitor(Terminal terminal, Func<int, int, Task> resize)
    {
        (_terminal, _resize) = (terminal, resize);
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, OnResize);
    }

    /// <summary>Tries for half a second: an exec is registered a moment before its process is there.</summary>
    public async Task StartAsync()
    {
        for (int attempt = 1; attempt <= Tries && !await TryResizeAsync(); attempt++) await Task.Delay(FirstPause * attempt);
    }

    public void Dispose() => _registration.Dispose();

    private void OnResize(PosixSignalContext signal) => _ = TryResizeAsync();

    private async Task<bool> TryResizeAsync()
    {
        try
        {
            WindowSize size = _terminal.Size;
            if (size is { Rows: 0, Columns: 0 }) return true;
            await _resize(size.Rows, size.Columns);
            return true;
        }
        catch (FaultException)
        {
            return false;   // not started yet, or ended already: the size does not matter then
        }
    }
}
