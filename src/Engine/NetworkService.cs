using System.Globalization;
using Sampan.Engine.Containers;
using Sampan.Faults;
using Sampan.Networks;
using Sampan.Specs.Docker;

namespace Sampan.Engine;

/// <summary>Networks as the API shows them.</summary>
public sealed class NetworkService
{
    private readonly NetworkManager _networks;
    private readonly ContainerIndex _containers;

    internal NetworkService(NetworkManager networks, ContainerIndex containers) => (_networks, _containers) = (networks, containers);

    public IReadOnlyList<NetworkInspect> List(Filters filters)
    {
        filters.Validate("dangling", "driver", "id", "label", "name", "scope", "type");
        bool? dangling = filters.GetBoolean("dangling");
        return [.. _networks.List().Where(network =>
                filters.Matches("driver", network.Driver)
                && filters.MatchesPrefix("id", network.Id)
                && filters.Any("name", part => network.Name.Contains(part, StringComparison.Ordinal))
                && filters.Matches("scope", network.Scope)
                && filters.Any("type", type => type == (IsPredefined(network) ? "builtin" : "custom"))
                && filters.MatchesLabels("label", network.Labels)
                && (dangling is null || dangling == (!IsPredefined(network) && _networks.Leases(network.Id).Count == 0)))
            .Select(network => Describe(network, withContainers: false))];
    }

    /// <exception cref="FaultException">NotFound.</exception>
    public NetworkInspect Inspect(string nameOrId) => Describe(Get(nameOrId), withContainers: true);

    /// <exception cref="FaultException">PermissionDenied: a predefined name. Conflict: the name is taken. NotSupported, otherwise.</exception>
    public NetworkCreateResponse Create(NetworkCreateRequest request)
    {
        if (request.Name is "bridge" or "host" or "none" or "default")
            throw new FaultException(FaultKind.PermissionDenied, $"operation is not permitted on predefined {request.Name} network "); // dockerd's text, with its space
        if (_networks.Find(request.Name) is not null)
            throw new FaultException(FaultKind.Conflict, $"network with name {request.Name} already exists");
        throw new FaultException(FaultKind.NotSupported, "not supported by this engine: creating networks; use bridge, host or none");
    }

    /// <exception cref="FaultException">NotFound; PermissionDenied: all networks here are predefined.</exception>
    public void Remove(string nameOrId)
    {
        var network = Get(nameOrId);
        throw new FaultException(FaultKind.PermissionDenied, $"{network.Name} is a pre-defined network and cannot be removed");
    }

    /// <summary>Nothing: predefined networks are never pruned, and there are no others.</summary>
    public NetworksPruneReport Prune(Filters filters)
    {
        filters.Validate("label", "label!", "until");
        return new NetworksPruneReport();
    }

    private Network Get(string nameOrId) => _networks.Find(nameOrId) ?? throw new FaultException(FaultKind.NotFound, $"network {nameOrId} not found");

    private static bool IsPredefined(Network network) => network.Name is Network.BridgeName or Network.HostName or Network.NoneName;

    private NetworkInspect Describe(Network network, bool withContainers) => new()
    {
        Name = network.Name,
        Id = network.Id,
        Created = network.Created,
        Scope = network.Scope,
        Driver = network.Driver,
        EnableIPv4 = true,
        Internal = network.Internal,
        Ipam = new Ipam
        {
            Driver = "default",
            Config = network.Pools.Count == 0 ? null : [.. network.Pools.Select(pool => new IpamConfig
            {
                Subnet = pool.Subnet.ToString(),
                Gateway = pool.Gateway.ToString(),
                IPRange = pool.IPRange?.ToString(),
            })],
        },
        Options = network.Options,
        Labels = network.Labels,
        Containers = withContainers ? Endpoints(network) : new Dictionary<string, EndpointResource>(),
    };

    private Dictionary<string, EndpointResource> Endpoints(Network network) =>
        _networks.Leases(network.Id).ToDictionary(lease => lease.ContainerId, lease => new EndpointResource
        {
            Name = _containers.TryGet(lease.ContainerId, out var container) ? container.Document.Name : lease.ContainerName,
            EndpointID = lease.EndpointId,
            MacAddress = lease.MacAddress ?? "",
            IPv4Address = lease.Address is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{lease.Address}/{lease.PrefixLength}"),
        });
}
