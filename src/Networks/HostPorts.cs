using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Linux.Sockets;

namespace Sampan.Networks;

/// <summary>Takes ports of the host for containers. What it took is bound and, for TCP, listening: no other program can get in between.
/// Not thread-safe.</summary>
/// <param name="defaultAddress">For requests without an address; 0.0.0.0 stands for both families.</param>
internal sealed class HostPorts(IPAddress defaultAddress)
{
    private const string AlreadyAllocated = "port is already allocated";
    private readonly HashSet<(PortProtocol Protocol, IPAddress Address, ushort Port)> _taken = [];
    private int _lastEphemeral;

    /// <summary>Ports of a lease that was read from its document.</summary>
    public void Adopt(EndpointLease lease)
    {
        foreach (PublishedPort port in lease.Ports) _taken.Add((port.Protocol, port.HostAddress, port.HostPort));
    }

    public void Return(EndpointLease lease)
    {
        foreach (PublishedPort port in lease.Ports)
        {
            _taken.Remove((port.Protocol, port.HostAddress, port.HostPort));
            port.Socket?.Dispose();
        }
    }

    /// <summary>All of the requests, or none.</summary>
    /// <param name="target">The container's address, for messages.</param>
    /// <exception cref="FaultException">Docker's texts, without the "driver failed …" in front.</exception>
    public IReadOnlyList<PublishedPort> Take(IReadOnlyList<PortRequest> requests, IPAddress target)
    {
        List<PublishedPort> taken = [];
        try
        {
            foreach (PortRequest request in requests) TakeOne(request, target, taken);
            return taken;
        }
        catch
        {
            foreach (PublishedPort port in taken)
            {
                _taken.Remove((port.Protocol, port.HostAddress, port.HostPort));
                port.Socket?.Dispose();
            }
            throw;
        }
    }

    private void TakeOne(PortRequest request, IPAddress target, List<PublishedPort> taken)
    {
        if (request.Protocol == PortProtocol.Sctp)
            throw new FaultException(FaultKind.NotSupported, $"cannot publish port {request.ContainerPort}/sctp: publishing SCTP ports is not supported");
        IPAddress[] addresses = request.HostAddress is { } one ? [one]
            : !defaultAddress.Equals(IPAddress.Any) ? [defaultAddress]
            : Socket.OSSupportsIPv6 && HasIPv6 ? [IPAddress.Any, IPAddress.IPv6Any] : [IPAddress.Any];
        FaultException? first = null;
        foreach (ushort port in Candidates(request))
        {
            FaultException? refused = TryTake(request, addresses, port, target, taken);
            if (refused is null) return;
            if (request.HostPort is not (null or 0) && request.HostPortEnd is null) throw refused;
            first ??= refused;
        }
        if (request.HostPortEnd is not null) throw first ?? new FaultException(FaultKind.InvalidArgument, $"invalid port range {request.HostPort}-{request.HostPortEnd}");
        throw new FaultException(FaultKind.Unavailable, "all ports are allocated");
    }

    private IEnumerable<ushort> Candidates(PortRequest request)
    {
        if (request.HostPort is { } from and not 0)
        {
            for (int port = from; port <= (request.HostPortEnd ?? from); port++) yield return (ushort)port;
            yield break;
        }
        (int low, int high) = EphemeralRange();
        int count = high - low + 1;
        if (_lastEphemeral < low || _lastEphemeral > high) _lastEphemeral = high;
        // Round and round, so that a port that was just given back is not the next to be taken.
        int start = _lastEphemeral - low;
        for (int i = 1; i <= count; i++)
        {
            _lastEphemeral = low + ((start + i) % count);
            yield return (ushort)_lastEphemeral;
        }
    }

    /// <returns>Null when all addresses were bound; else why not.</returns>
    private FaultException? TryTake(PortRequest request, IPAddress[] addresses, ushort port, IPAddress target, List<PublishedPort> taken)
    {
        int before = taken.Count;
        foreach (IPAddress address in addresses)
        {
            string shown = new IPEndPoint(address, port).ToString();
            if (IsTaken(request.Protocol, address, port))
                return Undo(new FaultException(FaultKind.Internal, $"Bind for {shown} failed: {AlreadyAllocated}"));
            try
            {
                taken.Add(new PublishedPort
                {
                    Protocol = request.Protocol,
                    ContainerPort = request.ContainerPort,
                    HostAddress = address,
                    HostPort = port,
                    Socket = HostPortSocket.Bind(new IPEndPoint(address, port), request.Protocol == PortProtocol.Udp ? Libc.SOCK_DGRAM : Libc.SOCK_STREAM),
                });
                _taken.Add((request.Protocol, address, port));
            }
            catch (LinuxException error) when (error.Errno == Errno.EADDRNOTAVAIL && address.Equals(IPAddress.IPv6Any) && taken.Count > before)
            {
                // IPv6 is switched off on this machine; IPv4 alone is what it can have.
            }
            catch (LinuxException error)
            {
                string protocol = request.Protocol.ToString().ToLowerInvariant();
                return Undo(new FaultException(FaultKind.Internal,
                    $"failed to bind host port for {shown}:{new IPEndPoint(target, request.ContainerPort)}/{protocol}: {Reason(error.Errno)}", error));
            }
        }
        return null;

        FaultException Undo(FaultException why)
        {
            foreach (PublishedPort one in taken.Skip(before))
            {
                _taken.Remove((one.Protocol, one.HostAddress, one.HostPort));
                one.Socket?.Dispose();
            }
            taken.RemoveRange(before, taken.Count - before);
            return why;
        }
    }

    private static string Reason(Errno errno) => errno switch
    {
        Errno.EADDRINUSE => "address already in use",
        Errno.EADDRNOTAVAIL => "cannot assign requested address",
        Errno.EACCES => "permission denied",
        _ => LinuxException.Describe(errno),
    };

    private bool IsTaken(PortProtocol protocol, IPAddress address, ushort port)
    {
        if (_taken.Contains((protocol, address, port))) return true;
        IPAddress any = address.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
        return address.Equals(any)
            ? _taken.Any(t => t.Protocol == protocol && t.Port == port && t.Address.AddressFamily == address.AddressFamily)
            : _taken.Contains((protocol, any, port));
    }

    private static bool HasIPv6 => Files.TryStat(null, "/proc/net/if_inet6", followLinks: true, out _);

    // 32768	60999
    private static (int Low, int High) EphemeralRange()
    {
        string[] parts = Encoding.ASCII.GetString(Files.ReadAll("/proc/sys/net/ipv4/ip_local_port_range")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out int low) && int.TryParse(parts[1], CultureInfo.InvariantCulture, out int high)
            && low > 0 && low <= high ? (low, high) : (49153, 65535);
    }
}
