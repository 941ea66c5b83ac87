using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Events;
using Sampan.Linux.Native;
using Sampan.Linux.Sockets;

namespace Sampan.Shim.Loop;

/// <summary>Takes the connections of a listening socket. When we are out of descriptors they wait in the backlog for a while, or the loop would
/// turn on the spot.</summary>
internal sealed class Acceptor : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly EventLoop _loop;
    private readonly SafeFileHandle _listener;
    private readonly Action<SafeFileHandle> _connected;
    private readonly Watch _watch;

    private Acceptor(EventLoop loop, SafeFileHandle listener, Action<SafeFileHandle> connected)
    {
        (_loop, _listener, _connected) = (loop, listener, connected);
        Transfer.MakeNonBlocking(listener);
        _watch = loop.Add(listener, EpollInterest.In, _ => Accept());
    }

    /// <param name="loop">Whose thread we run on.</param>
    /// <param name="listener">Bound and listening.</param>
    /// <param name="connected">Owns the non-blocking connection it is given.</param>
    /// <returns>Dispose it to close the listener.</returns>
    public static IDisposable Start(EventLoop loop, SafeFileHandle listener, Action<SafeFileHandle> connected) => new Acceptor(loop, listener, connected);

    public void Dispose()
    {
        _watch.Dispose();
        _listener.Dispose();
    }

    private void Accept()
    {
        if (StreamSocket.Accept(_listener) is { } socket) _connected(socket);
        else if (LinuxException.LastError is Errno.EMFILE or Errno.ENFILE)
        {
            _watch.Want(EpollInterest.None);
            _loop.After(Pause, () => _watch.Want(EpollInterest.In));
        }
    }
}
