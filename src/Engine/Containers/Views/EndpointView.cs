using System.Globalization;
using System.Net.Sockets;
using Sampan.Engine.Containers.Create;
using Sampan.Networks;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Containers.Views;

/// <summary>A container's network as the documents show it: what was asked for, and what it was given while it runs.</summary>
internal sealed class EndpointView(NetworkManager networks)
{
    public ContainerNetworkSettings Settings(Container container)
    {
        var lease = networks.FindLease(container.Id);
        var endpoints = Endpoints(container, lease);
        bool bridge = lease?.NetworkName == Network.BridgeName;
        int pid = container.State.Pid;
        return new ContainerNetworkSettings
        {
            SandboxID = lease?.EndpointId ?? "",
            SandboxKey = pid > 0 && container.Document.Networks.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/net") : "",
            Ports = Ports(container, lease),
            Networks = endpoints,
            EndpointID = bridge ? lease!.EndpointId : "",
            Gateway = bridge ? lease!.Gateway?.ToString() ?? "" : "",
            IPAddress = bridge ? lease!.Address?.ToString() ?? "" : "",
            IPPrefixLen = bridge ? lease!.PrefixLength : 0,
            MacAddress = bridge ? lease!.MacAddress ?? "" : "",
        };
    }

    public IReadOnlyDictionary<string, EndpointSettings> Endpoints(Container container) => Endpoints(container, networks.FindLease(container.Id));

    private static Dictionary<string, EndpointSettings> Endpoints(Container container, EndpointLease? lease) =>
        container.Document.Networks.ToDictionary(pair => pair.Key, pair => lease is null || lease.NetworkName != pair.Key ? pair.Value : pair.Value with
        {
            NetworkID = lease.NetworkId,
            EndpointID = lease.EndpointId,
            Gateway = lease.Gateway?.ToString() ?? "",
            IPAddress = lease.Address?.ToString() ?? "",
            IPPrefixLen = lease.PrefixLength,
            MacAddress = lease.MacAddress ?? "",
        });

    /// <summary>Exposed ports, with their bindings while it runs.</summary>
    private static SortedDictionary<string, IReadOnlyList<PortBinding>?> Ports(Container container, EndpointLease? lease)
    {
        var ports = new SortedDictionary<string, IReadOnlyList<PortBinding>?>(StringComparer.Ordinal);
        if (lease is null)
            return ports;
        foreach (string exposed in container.Document.Config.ExposedPorts?.Keys ?? [])
            ports[exposed] = null;
        foreach (var group in lease.Ports.GroupBy(port => $"{port.ContainerPort}/{PortPlan.ToWire(port.Protocol)}"))
            ports[group.Key] = [.. group.OrderBy(port => port.HostAddress.AddressFamily is AddressFamily.InterNetworkV6).Select(port => new PortBinding
            {
                HostIp = port.HostAddress.ToString(),
                HostPort = port.HostPort.ToString(CultureInfo.InvariantCulture),
            })];
        return ports;
    }

    /// <summary>The ports of a row of <c>docker ps</c>.</summary>
    public IReadOnlyList<ContainerPort> SummaryPorts(Container container)
    {
        var lease = networks.FindLease(container.Id);
        if (lease is null)
            return [];
        var rows = lease.Ports.Select(port => new ContainerPort
        {
            IP = port.HostAddress.ToString(),
            PrivatePort = port.ContainerPort,
            PublicPort = port.HostPort,
            Type = PortPlan.ToWire(port.Protocol),
        }).ToList();
        foreach (string exposed in container.Document.Config.ExposedPorts?.Keys ?? [])
        {
            var (number, protocol) = PortPlan.ParsePort(exposed);
            if (!lease.Ports.Any(port => port.ContainerPort == number && port.Protocol == protocol))
                rows.Add(new ContainerPort { PrivatePort = number, Type = PortPlan.ToWire(protocol) });
        }
        return rows;
    }
}
