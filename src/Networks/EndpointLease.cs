using System.Net;
using Microsoft.Win32.SafeHandles;

namespace Sampan.Networks;

/// <summary>What a container holds of a network, from <see cref="NetworkManager.Reserve"/> to <see cref="NetworkManager.Release(EndpointLease)"/>.
/// Survives the daemon as a document.</summary>
public sealed record EndpointLease
{
    public required string ContainerId { get; init; }
    public required string ContainerName { get; init; }
    public required string NetworkId { get; init; }
    public required string NetworkName { get; init; }
    /// <summary>64 lowercase hex digits.</summary>
    public required string EndpointId { get; init; }
    /// <summary>Null on host and none, as are gateway and MAC.</summary>
    public IPAddress? Address { get; init; }
    public int PrefixLength { get; init; }
    public IPAddress? Gateway { get; init; }
    /// <summary>"aa:bb:cc:dd:ee:ff".</summary>
    public string? MacAddress { get; init; }
    public IReadOnlyList<PublishedPort> Ports { get; init; } = [];
}

/// <summary>One bound port of the host. A published port without a host address has two: 0.0.0.0 and [::].</summary>
public sealed record PublishedPort
{
    public required PortProtocol Protocol { get; init; }
    public required ushort ContainerPort { get; init; }
    public required IPAddress HostAddress { get; init; }
    public required ushort HostPort { get; init; }

    /// <summary>The bound (TCP: listening) socket, for the shim to inherit; null in a lease read back from its document, because then the shim has it.
    /// The kernel forwards IPv4 by itself and the socket only keeps the port; what arrives on an IPv6 one is for the shim to relay.</summary>
    public SafeFileHandle? Socket { get; init; }
}
