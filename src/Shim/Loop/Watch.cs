using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Events;

namespace Sampan.Shim.Loop;

/// <summary>The watch over one descriptor. Dispose it before the descriptor is closed.</summary>
internal sealed class Watch(EventLoop loop, int token, SafeFileHandle descriptor, Action<EpollInterest> ready) : IDisposable
{
    private EpollInterest _interest;
    private bool _disposed;

    public int Token { get; } = token;

    public SafeFileHandle Descriptor { get; } = descriptor;

    /// <summary>Changes what the descriptor is watched for; None: nothing, not even errors.</summary>
    public void Want(EpollInterest interest)
    {
        if (_disposed || interest == _interest) return;
        loop.Control(this, _interest, interest);
        _interest = interest;
    }

    internal void Fire(EpollInterest events)
    {
        if (!_disposed && _interest != EpollInterest.None) ready(events);
    }

    public void Dispose()
    {
        if (_disposed) return;
        Want(EpollInterest.None);
        _disposed = true;
        loop.Release(this);
    }
}
