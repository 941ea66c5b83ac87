using System.Net;

namespace Sampan.Networks;

public enum PortProtocol { Tcp, Udp, Sctp }

/// <summary>What a container asks of a network.</summary>
public sealed record EndpointRequest
{
    /// <summary>64 hex digits.</summary>
    public required string ContainerId { get; init; }
    /// <summary>For error texts: "endpoint NAME (ID)".</summary>
    public required string ContainerName { get; init; }
    /// <summary>Name or id.</summary>
    public required string Network { get; init; }
    /// <summary>--ip; refused on the default bridge as docker does.</summary>
    public IPAddress? Address { get; init; }
    /// <summary>--mac-address, "02:42:ac:11:00:02".</summary>
    public string? MacAddress { get; init; }
    public IReadOnlyList<PortRequest> Ports { get; init; } = [];
}

/// <summary>One -p: <paramref name="HostPort"/> null takes a free ephemeral one; <paramref name="HostPortEnd"/> makes it a range
/// of which the first free one is taken. Without an address both IPv4 and IPv6 of the host are bound.</summary>
public sealed record PortRequest(ushort ContainerPort, PortProtocol Protocol, IPAddress? HostAddress = null, ushort? HostPort = null, ushort? HostPortEnd = null);
