using System.Net;
using Sampan.Engine.Containers;
using Sampan.Engine.Containers.Create;
using Sampan.Engine.Events;
using Sampan.Networks;
using Sampan.ShimClient;

namespace Sampan.Engine.Networking;

/// <summary>A container's connection to its network: taken before its process exists, given back when the process has ended.</summary>
internal sealed class ContainerNetwork(NetworkManager networks, EventLog events)
{
    /// <summary>Address, MAC and host ports; conflicts show here. Null when the container has no network of its own (host, another container's).</summary>
    /// <exception cref="FaultException">Conflict: a port is in use, with Docker's text. Unavailable: no address is left.</exception>
    public EndpointLease? Reserve(ContainerDocument document)
    {
        if (document.Networks.Count == 0 || document.HostConfig.NetworkMode == Network.HostName)
            return null;
        var (name, settings) = document.Networks.First();
        bool bridged = networks.Find(name)?.Driver == "bridge";
        return networks.Reserve(new EndpointRequest
        {
            ContainerId = document.Id,
            ContainerName = document.Name,
            Network = name,
            Address = settings.IpamConfig?.IPv4Address is { } address ? IPAddress.Parse(address) : null,
            MacAddress = settings.MacAddress.Length > 0 ? settings.MacAddress : null,
            Ports = bridged ? PortPlan.Make(document.Config, document.HostConfig) : [],
        });
    }

    /// <summary>A new network namespace with the endpoint in it.</summary>
    public NetworkSandbox Connect(EndpointLease lease)
    {
        var sandbox = networks.CreateSandbox();
        try
        {
            networks.Connect(lease, sandbox);
            return sandbox;
        }
        catch
        {
            sandbox.Dispose();
            throw;
        }
    }

    public EndpointLease? Find(string containerId) => networks.FindLease(containerId);

    /// <summary>Idempotent; called for containers without a network too.</summary>
    public void Release(Container container)
    {
        if (networks.FindLease(container.Id) is not { } lease)
            return;
        networks.Release(lease);
        PublishDisconnect(container, lease);
    }

    public void PublishConnect(Container container, EndpointLease lease) =>
        events.PublishNetwork("connect", lease.NetworkId, lease.NetworkName, DriverOf(lease), container.Id);

    private void PublishDisconnect(Container container, EndpointLease lease) =>
        events.PublishNetwork("disconnect", lease.NetworkId, lease.NetworkName, DriverOf(lease), container.Id);

    private string DriverOf(EndpointLease lease) => networks.Find(lease.NetworkId)?.Driver ?? "";

    /// <summary>The sockets of published ports, for the shim to keep.</summary>
    public static IReadOnlyList<PublishedListener> Listeners(EndpointLease? lease) => lease is null ? []
        : [.. lease.Ports.Where(port => port.Socket is not null)
            .Select(port => new PublishedListener(port.Socket!, new IPEndPoint(lease.Address!, port.ContainerPort), PortPlan.ToWire(port.Protocol)))];

    /// <summary>The shim has its own copies now.</summary>
    public static void CloseListeners(EndpointLease? lease)
    {
        foreach (var port in lease?.Ports ?? [])
            port.Socket?.Dispose();
    }
}
