using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sampan.Faults;

namespace Sampan.EngineApi.Listen;

/// <summary>Where the daemon listens: the value of <c>-H</c>, dockerd's grammar.</summary>
internal static class ListenAddress
{
    /// <summary>sun_path of sockaddr_un without its closing zero. unix(7).</summary>
    internal const int MaxUnixPathLength = 107;

    private const int DefaultTcpPort = 2375;

    // unix:///run/sampan/sampan.sock   unix://relative.sock   tcp://127.0.0.1:2375   tcp://:2375   fd://
    /// <returns>One, but for <c>fd://</c>, which is all that systemd gave us.</returns>
    /// <exception cref="FaultException">InvalidArgument: malformed, too long, or no socket was given. NotSupported: npipe://, ssh://.</exception>
    internal static IReadOnlyList<EndPoint> Parse(string host)
    {
        int separator = host.IndexOf("://", StringComparison.Ordinal);
        string scheme = separator < 0 ? "tcp" : host[..separator];
        string rest = separator < 0 ? host : host[(separator + 3)..];
        return scheme switch
        {
            "unix" => [ParseUnix(host, rest)],
            "tcp" => [ParseTcp(host, rest)],
            "fd" => ActivatedSockets.Find(rest, Environment.GetEnvironmentVariable),
            "npipe" or "ssh" => throw new FaultException(FaultKind.NotSupported,
                $"cannot listen on '{host}': {scheme} sockets are not supported; use unix://, tcp:// or fd://"),
            _ => throw new FaultException(FaultKind.InvalidArgument, $"invalid bind address (-H): '{host}': unknown scheme '{scheme}'"),
        };
    }

    private static UnixDomainSocketEndPoint ParseUnix(string host, string path)
    {
        if (path.Length == 0) throw new FaultException(FaultKind.InvalidArgument, $"invalid bind address (-H): '{host}': the path is missing");
        string full = Path.GetFullPath(path);
        int length = Encoding.UTF8.GetByteCount(full);
        return length <= MaxUnixPathLength ? new UnixDomainSocketEndPoint(full)
            : throw new FaultException(FaultKind.InvalidArgument,
                $"cannot listen on unix socket '{full}': the path is {length} bytes long and the kernel allows {MaxUnixPathLength}; use a shorter path");
    }

    private static IPEndPoint ParseTcp(string host, string address)
    {
        int colon = address.LastIndexOf(':');
        string name = colon < 0 ? address : address[..colon];
        string portText = colon < 0 ? "" : address[(colon + 1)..];
        int port = DefaultTcpPort;
        if (portText.Length > 0 && (!int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out port) || port > IPEndPoint.MaxPort))
            throw new FaultException(FaultKind.InvalidArgument, $"invalid bind address (-H): '{host}': invalid port '{portText}'");
        name = name.Trim('[', ']');
        if (name.Length == 0) return new IPEndPoint(IPAddress.Loopback, port);
        if (name == "localhost") return new IPEndPoint(IPAddress.Loopback, port);
        return IPAddress.TryParse(name, out var ip) ? new IPEndPoint(ip, port)
            : throw new FaultException(FaultKind.InvalidArgument, $"invalid bind address (-H): '{host}': '{name}' is not an IP address");
    }
}
