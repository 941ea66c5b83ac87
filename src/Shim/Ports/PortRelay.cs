using Sampan.Linux.Native;
using Sampan.Linux.Sockets;
using Sampan.Shim.Loop;

namespace Sampan.Shim.Ports;

/// <summary>A published port: what reaches the host's socket itself (by IPv6, or where the packet rules do not apply) is relayed to the container;
/// all else was sent there by the rules before it got here. docker-proxy's part.</summary>
internal static class PortRelay
{
    /// <returns>Dispose it to give the port back.</returns>
    public static IDisposable Start(EventLoop loop, PortListener listener)
    {
        if (listener.Protocol == "udp") return DatagramRelay.Start(loop, listener.Socket, listener.Target);
        if (!StreamSocket.IsListening(listener.Socket)) return listener.Socket;
        return Acceptor.Start(loop, listener.Socket, client =>
        {
            try
            {
                RelayedConnection.Start(loop, client, StreamSocket.StartConnect(listener.Target));
            }
            catch (LinuxException)
            {
                client.Dispose(); // the container is not reachable: its client sees the connection closed
            }
        });
    }
}
