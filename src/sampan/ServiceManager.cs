using System.Net.Sockets;
using System.Text;

namespace Sampan;

/// <summary>Tells systemd, when it started us, that we are ready. sd_notify(3).</summary>
internal static class ServiceManager
{
    public static void NotifyReady()
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 0 } address)
            return;
        // A leading @ means the abstract namespace, whose names begin with a zero byte. unix(7)
        string path = address[0] == '@' ? "\0" + address[1..] : address;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.SendTo(Encoding.ASCII.GetBytes("READY=1\n"), new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            // Nobody to tell is not a reason to stop.
        }
    }
}
