using System.Net;
using Microsoft.Extensions.Logging;
using Sampan.Faults;
using Sampan.Linux.Native;
using Sampan.Linux.Netlink;

namespace Sampan.Networks;

/// <summary>The networks of one daemon: bridge, host and none, their addresses and published ports. Thread-safe: one lock guards
/// everything and is held over the kernel calls, which take about a millisecond.
/// Order of a container: <see cref="Reserve"/>, <see cref="CreateSandbox"/>, <see cref="Connect"/>, … <see cref="Release"/>.</summary>
public sealed partial class NetworkManager : IDisposable
{
    private readonly Lock _gate = new();   // guards all fields below and the documents; nothing else is taken under it
    private readonly NetworkOptions _options;
    private readonly ILogger _logger;
    private readonly NetworkStore _store;
    private readonly BridgeDriver _bridge;
    private readonly HostPorts _ports;
    private readonly NetworkDocument _bridgeDocument, _hostDocument, _noneDocument;
    private readonly Dictionary<string, EndpointLease> _leases = new(StringComparer.Ordinal);   // by endpoint id
    private readonly HashSet<string> _connected = new(StringComparer.Ordinal);                  // endpoint ids whose ports are in the rules
    private AddressPool? _addresses;
    private Task _removals = Task.CompletedTask;

    /// <summary>Reads the documents; touches nothing in the kernel yet.</summary>
    public NetworkManager(NetworkOptions options, ILogger logger)
    {
        (_options, _logger) = (options, logger);
        _store = new NetworkStore(options.StateDirectory);
        _bridge = new BridgeDriver(options, _store);
        _ports = new HostPorts(options.DefaultBindAddress);
        _bridgeDocument = _store.Network(Network.BridgeName, "bridge");
        _hostDocument = _store.Network(Network.HostName, "host");
        _noneDocument = _store.Network(Network.NoneName, "null");
        foreach (EndpointLease lease in _store.Leases())
        {
            _leases[lease.EndpointId] = lease;
            _ports.Adopt(lease);
            // Until the reconciliation knows better, its container lives and its ports stay in the rules.
            if (lease.Address is not null) _connected.Add(lease.EndpointId);
        }
    }

    private bool HasBridge => _options.Bridge != "none";

    public IReadOnlyList<Network> List()
    {
        lock (_gate)
        {
            Network host = Describe(_hostDocument, Network.HostName), none = Describe(_noneDocument, Network.NoneName);
            return HasBridge ? [DescribeBridge(), host, none] : [host, none];
        }
    }

    /// <summary>By name, id, or unique id prefix.</summary>
    public Network? Find(string nameOrId)
    {
        IReadOnlyList<Network> all = List();
        if (all.FirstOrDefault(n => n.Name == nameOrId) is { } byName) return byName;
        Network[] byId = [.. all.Where(n => nameOrId.Length > 0 && n.Id.StartsWith(nameOrId, StringComparison.Ordinal))];
        return byId.Length == 1 ? byId[0] : null;
    }

    /// <summary>The leases of a network, or of all.</summary>
    public IReadOnlyList<EndpointLease> Leases(string? networkId = null)
    {
        lock (_gate) return [.. _leases.Values.Where(lease => networkId is null || lease.NetworkId == networkId)];
    }

    /// <summary>The lease a container holds, or null.</summary>
    public EndpointLease? FindLease(string containerId)
    {
        lock (_gate) return _leases.Values.FirstOrDefault(lease => lease.ContainerId == containerId);
    }

    /// <summary>Takes address, hardware address and host ports; conflicts show here. The kernel has nothing yet but the bound sockets,
    /// which belong to the lease until the caller has handed them to the shim and disposes them.</summary>
    /// <exception cref="FaultException">NotFound: the network. Internal, with docker's text: a port is taken. Unavailable: no address is left.</exception>
    public EndpointLease Reserve(EndpointRequest request)
    {
        Network network = Find(request.Network) ?? throw new FaultException(FaultKind.NotFound, $"network {request.Network} not found");
        lock (_gate)
        {
            EndpointLease lease = new()
            {
                ContainerId = request.ContainerId,
                ContainerName = request.ContainerName,
                NetworkId = network.Id,
                NetworkName = network.Name,
                EndpointId = NetworkStore.NewId(),
            };
            // What an earlier life of the container left: it cannot hold two.
            foreach (EndpointLease old in _leases.Values.Where(l => l.ContainerId == request.ContainerId && l.NetworkId == network.Id).ToArray()) ReleaseLocked(old);
            if (network.Driver == "bridge") lease = Allocate(request, lease);
            _leases[lease.EndpointId] = lease;
            try
            {
                _store.Save(lease);
            }
            catch
            {
                ReleaseLocked(lease);
                throw;
            }
            return lease;
        }
    }

    /// <summary>A new network namespace held by a descriptor, with its loopback up. For networks bridge and none.</summary>
    /// <exception cref="LinuxException">unshare(2).</exception>
    public NetworkSandbox CreateSandbox() => NetworkSandbox.Create();

    /// <summary>Connects the namespace to the lease's network and publishes its ports. Nothing to do on host and none.</summary>
    /// <exception cref="LinuxException">rtnetlink, nf_tables. The caller releases the lease.</exception>
    public void Connect(EndpointLease lease, NetworkSandbox sandbox)
    {
        if (lease.Address is null) return;
        lock (_gate)
        {
            _connected.Add(lease.EndpointId);
            _bridge.Connect(lease, sandbox);
        }
    }

    /// <summary>Undoes everything; nothing happens when the lease is gone already. The interface goes a moment later, in the background,
    /// because the kernel takes 20 ms for it.</summary>
    public void Release(EndpointLease lease)
    {
        lock (_gate) ReleaseLocked(lease);
    }

    /// <summary>For the daemon's start: makes the bridge and its rules, drops what belongs to containers that are not in the set, adopts the others as they are.</summary>
    /// <param name="liveContainers">Ids of containers whose shim answers.</param>
    /// <exception cref="FaultException">As <see cref="Reserve"/> on a machine that cannot make the bridge.</exception>
    public void Reconcile(IReadOnlySet<string> liveContainers)
    {
        lock (_gate)
        {
            foreach (EndpointLease lease in _leases.Values.Where(lease => !liveContainers.Contains(lease.ContainerId)).ToArray())
            {
                Forget(lease);
                _connected.Remove(lease.EndpointId);
                _store.Delete(lease);
                Log.DroppedLease(_logger, lease.ContainerId, lease.Address);
            }
            if (!HasBridge) return;
            _addresses = null;   // once more from the beginning, if somebody was served before
            StartBridge();
            RemoveInBackground(_bridge.StrayLinks(_leases.Values));
        }
    }

    /// <summary>Waits for interfaces that are still being removed.</summary>
    public void Dispose()
    {
        Task removals;
        lock (_gate) removals = _removals;
        removals.Wait();
        lock (_gate) _bridge.Dispose();
    }

    private EndpointLease Allocate(EndpointRequest request, EndpointLease lease)
    {
        if (request.Address is not null)
            throw new FaultException(FaultKind.InvalidArgument, "user specified IP address is supported on user defined networks only");
        StartBridge();
        IPAddress address = _addresses!.Take();
        try
        {
            string mac = request.MacAddress is { Length: > 0 } given ? MacAddress.Format(MacAddress.Parse(given)) : MacAddress.Format(MacAddress.Of(address));
            IReadOnlyList<PublishedPort> ports = TakePorts(request, lease, address);
            IpamPool pool = _bridge.Pool!;
            return lease with { Address = address, PrefixLength = pool.Subnet.PrefixLength, Gateway = pool.Gateway, MacAddress = mac, Ports = ports };
        }
        catch
        {
            _addresses.Return(address);
            throw;
        }
    }

    private IReadOnlyList<PublishedPort> TakePorts(EndpointRequest request, EndpointLease lease, IPAddress address)
    {
        try
        {
            return request.Ports.Count == 0 ? [] : _ports.Take(request.Ports, address);
        }
        catch (FaultException error)
        {
            throw new FaultException(error.Kind, $"driver failed programming external connectivity on endpoint {lease.ContainerName} ({lease.EndpointId}): {error.Message}", error);
        }
    }

    private void StartBridge()
    {
        if (_addresses is not null) return;
        _bridge.Start(_leases.Values.Where(lease => _connected.Contains(lease.EndpointId)));
        AddressPool addresses = new(_bridge.Pool!);
        foreach (EndpointLease lease in _leases.Values)
            if (lease.Address is { } taken && _bridge.Pool!.Subnet.Contains(taken)) addresses.Take(taken);
        _addresses = addresses;
    }

    private void ReleaseLocked(EndpointLease lease)
    {
        bool connected = _connected.Remove(lease.EndpointId);
        bool known = Forget(lease);
        if (connected)
        {
            _bridge.Disconnect(lease, () => _leases.Values.Where(other => _connected.Contains(other.EndpointId)));
            RemoveInBackground([BridgeDriver.LinkName(lease)]);
        }
        if (known) _store.Delete(lease);
    }

    /// <summary>Gives address and ports back.</summary>
    private bool Forget(EndpointLease lease)
    {
        if (!_leases.Remove(lease.EndpointId)) return false;
        _ports.Return(lease);
        if (lease.Address is { } address) _addresses?.Return(address);
        return true;
    }

    private void RemoveInBackground(IReadOnlyList<string> links)
    {
        if (links.Count == 0) return;
        // The socket is made here: a worker thread is not necessarily in our network namespace.
        RouteSocket route = new();
        _removals = _removals.ContinueWith(_ =>
        {
            using (route)
            {
                try
                {
                    BridgeDriver.RemoveLinks(route, links);
                }
                catch (FaultException error)
                {
                    // The next reconciliation finds it by its mark.
                    Log.LinkStays(_logger, links[0], error.Message);
                }
            }
        }, TaskScheduler.Default);
    }

    private static Network Describe(NetworkDocument document, string name) => new() { Id = document.Id, Name = name, Driver = document.Driver, Created = document.Created };

    private Network DescribeBridge() => Describe(_bridgeDocument, Network.BridgeName) with
    {
        Pools = _bridge.Pool is { } pool ? [pool] : [],
        Options = new Dictionary<string, string>
        {
            ["com.docker.network.bridge.default_bridge"] = "true",
            ["com.docker.network.bridge.enable_icc"] = _options.InterContainerCommunication ? "true" : "false",
            ["com.docker.network.bridge.enable_ip_masquerade"] = _options.IpMasquerade ? "true" : "false",
            ["com.docker.network.bridge.host_binding_ipv4"] = _options.DefaultBindAddress.ToString(),
            ["com.docker.network.bridge.name"] = _options.Bridge,
            ["com.docker.network.driver.mtu"] = (_options.Mtu == 0 ? 1500 : _options.Mtu).ToString(System.Globalization.CultureInfo.InvariantCulture),
        },
    };

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "dropped the network lease of container {ContainerId}, which is gone (address {Address})")]
        public static partial void DroppedLease(ILogger logger, string containerId, IPAddress? address);

        [LoggerMessage(Level = LogLevel.Warning, Message = "cannot remove interface {Link} now: {Reason}")]
        public static partial void LinkStays(ILogger logger, string link, string reason);
    }
}
