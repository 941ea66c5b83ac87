using System.Net;
using System.Net.Sockets;

namespace Sampan.Images.Tests.Harness;

internal static class Ports
{
    /// <summary>A loopback port nobody listened on a moment ago.</summary>
    internal static int Free()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
