using System.Net;
using System.Text.Json.Serialization;

namespace Sampan.Networks;

/// <summary><c>networks/leases/ENDPOINT.json</c>.</summary>
internal sealed record LeaseDocument
{
    public required string ContainerId { get; init; }
    public required string ContainerName { get; init; }
    public required string NetworkId { get; init; }
    public required string NetworkName { get; init; }
    public required string EndpointId { get; init; }
    public string? Address { get; init; }
    public int PrefixLength { get; init; }
    public string? Gateway { get; init; }
    public string? MacAddress { get; init; }
    public List<PortDocument> Ports { get; init => field = value ?? []; } = [];   // generated readers hand null to what is absent

    public static LeaseDocument Of(EndpointLease lease) => new()
    {
        ContainerId = lease.ContainerId,
        ContainerName = lease.ContainerName,
        NetworkId = lease.NetworkId,
        NetworkName = lease.NetworkName,
        EndpointId = lease.EndpointId,
        Address = lease.Address?.ToString(),
        PrefixLength = lease.PrefixLength,
        Gateway = lease.Gateway?.ToString(),
        MacAddress = lease.MacAddress,
        Ports = [.. lease.Ports.Select(p => new PortDocument(p.Protocol, p.ContainerPort, p.HostAddress.ToString(), p.HostPort))],
    };

    /// <exception cref="FormatException">An address is none.</exception>
    public EndpointLease ToLease() => new()
    {
        ContainerId = ContainerId,
        ContainerName = ContainerName,
        NetworkId = NetworkId,
        NetworkName = NetworkName,
        EndpointId = EndpointId,
        Address = Address is null ? null : IPAddress.Parse(Address),
        PrefixLength = PrefixLength,
        Gateway = Gateway is null ? null : IPAddress.Parse(Gateway),
        MacAddress = MacAddress,
        Ports = [.. Ports.Select(p => new PublishedPort
        {
            Protocol = p.Protocol, ContainerPort = p.ContainerPort, HostAddress = IPAddress.Parse(p.HostAddress), HostPort = p.HostPort,
        })],
    };
}

internal sealed record PortDocument(PortProtocol Protocol, ushort ContainerPort, string HostAddress, ushort HostPort);

/// <summary><c>networks/NAME.json</c>: what the default networks keep over the daemon's restarts.</summary>
internal sealed record NetworkDocument(string Id, string Driver, DateTimeOffset Created);

/// <summary><c>networks/forwarding.json</c>: in this boot it was us who switched IPv4 forwarding on.</summary>
internal sealed record ForwardingDocument(string BootId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LeaseDocument))]
[JsonSerializable(typeof(NetworkDocument))]
[JsonSerializable(typeof(ForwardingDocument))]
internal sealed partial class NetworkJson : JsonSerializerContext;
