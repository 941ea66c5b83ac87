using System.Net;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Events;
using Sampan.Linux.Native;
using Sampan.Linux.Sockets;
using Sampan.Shim.Loop;

namespace Sampan.Shim.Ports;

/// <summary>A published TCP port: connections that reach the host's socket itself (by IPv6, or where the packet rules do not apply) are relayed
/// to the container; all others were sent there by the rules before they got here. docker-proxy's part.</summary>
internal sealed class PortRelay
{
    // Out of descriptors: the connection stays in the backlog for a while.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly EventLoop _loop;
    private readonly SafeFileHandle _listener;
    private readonly IPEndPoint _target;
    private readonly Watch _watch;

    private PortRelay(EventLoop loop, SafeFileHandle listener, IPEndPoint target)
    {
        (_loop, _listener, _target) = (loop, listener, target);
        Transfer.MakeNonBlocking(listener);
        _watch = loop.Add(listener, EpollInterest.In, _ => Accept());
    }

    public static void Start(EventLoop loop, PortListener listener)
    {
        if (listener.Protocol == "udp") _ = new DatagramRelay(loop, listener.Socket, listener.Target);
        else if (StreamSocket.IsListening(listener.Socket)) _ = new PortRelay(loop, listener.Socket, listener.Target);
    }

    private void Accept()
    {
        if (StreamSocket.Accept(_listener) is not { } client)
        {
            if (LinuxException.LastError is not (Errno.EMFILE or Errno.ENFILE)) return;
            _watch.Want(EpollInterest.None);
            _loop.After(Pause, () => _watch.Want(EpollInterest.In));
            return;
        }
        try
        {
            RelayedConnection.Start(_loop, client, StreamSocket.StartConnect(_target));
        }
        catch (LinuxException)
        {
            client.Dispose(); // the container is not reachable: its client sees the connection closed
        }
    }
}
