using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Sampan.Bench.SideBySide;

/// <summary>How long from start until a daemon answers its first ping.</summary>
public static class Readiness
{
    public static double Await(string socket, Process daemon, long since)
    {
        byte[] request = Encoding.ASCII.GetBytes("GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n");
        byte[] answer = new byte[64];
        while (!daemon.HasExited && Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(30))
        {
            try
            {
                using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                client.Connect(new UnixDomainSocketEndPoint(socket));
                client.Send(request);
                if (client.Receive(answer) > 12 && Encoding.ASCII.GetString(answer, 9, 3) == "200") return Stopwatch.GetElapsedTime(since).TotalMilliseconds;
            }
            catch (SocketException) { /* not there yet */ }
            Thread.Sleep(1);
        }
        throw new TimeoutException($"no answer on '{socket}' in 30 s");
    }
}
