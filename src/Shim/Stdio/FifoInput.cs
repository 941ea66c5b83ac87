using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Events;
using Sampan.Linux.Native;
using Sampan.Shim.Loop;

namespace Sampan.Shim.Stdio;

/// <summary>Feeds a process from a fifo of containerd's. We hold a writing end ourselves, so that a client that leaves does not end the input:
/// only CloseIO does, after every client's end is closed too.</summary>
internal sealed class FifoInput : IDisposable
{
    private readonly EventLoop _loop;
    private readonly InputStream _input;
    private readonly SafeFileHandle _reader, _keepOpen;
    private readonly Watch _watch;
    private bool _over;

    /// <exception cref="LinuxException">open(2).</exception>
    public FifoInput(EventLoop loop, string path, InputStream input)
    {
        (_loop, _input) = (loop, input);
        _reader = Files.Open(path, OpenFlags.ReadOnly | OpenFlags.NonBlocking);
        _keepOpen = Files.Open(path, OpenFlags.WriteOnly | OpenFlags.NonBlocking);
        _watch = loop.Add(_reader, EpollInterest.None, _ => Pump());
        input.Drained += Want;
        Want();
    }

    /// <summary>No further input from our side.</summary>
    public void Close() => _keepOpen.Dispose();

    public void Dispose()
    {
        if (_over) return;
        _over = true;
        _watch.Dispose();
        _reader.Dispose();
        _keepOpen.Dispose();
    }

    private void Want()
    {
        if (_over) return;
        if (_input.IsClosed) Dispose();
        else _watch.Want(_input.IsFull ? EpollInterest.None : EpollInterest.In);
    }

    private void Pump()
    {
        int got = Transfer.Read(_reader, _loop.Buffer);
        if (got == Transfer.WouldBlock) return;
        if (got <= 0)
        {
            _input.Close();
            Dispose();
            return;
        }
        _input.Write(_loop.Buffer.AsSpan(0, got));
        Want();
    }
}
