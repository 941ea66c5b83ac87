using System.Net;
using System.Net.NetworkInformation;
using Sampan.Faults;
using Sampan.Linux.Native;
using Sampan.Linux.Netlink;
using Sampan.Linux.Nftables;

namespace Sampan.Networks;

/// <summary>The default bridge in the kernel: its interface, sysctls and rules, and the veth pair of each endpoint. Not thread-safe.
/// Works in the network namespace of the thread that uses it first.</summary>
internal sealed class BridgeDriver : IDisposable
{
    /// <summary>"SAMP": IFLA_GROUP of every interface that is ours, by which those without a lease are found.</summary>
    private const uint LinkGroup = 0x53414d50;
    private const string ContainerInterface = "eth0";

    private readonly NetworkOptions _options;
    private readonly NetworkStore _store;
    private readonly Lazy<RouteSocket> _route = new(() => new RouteSocket());
    private readonly Lazy<NftSocket> _nft = new(() => new NftSocket());
    private readonly BridgeRules _rules;
    private int _bridgeIndex;

    public BridgeDriver(NetworkOptions options, NetworkStore store)
    {
        (_options, _store) = (options, store);
        _rules = new BridgeRules(_nft);
    }

    /// <summary>Null until <see cref="Start"/>.</summary>
    public IpamPool? Pool { get; private set; }

    /// <summary>Makes what is missing of the bridge, and the table anew with the ports of these leases.</summary>
    /// <exception cref="FaultException">PermissionDenied without CAP_NET_ADMIN; NotSupported without bridges or nf_tables in the kernel.</exception>
    public void Start(IEnumerable<EndpointLease> connected)
    {
        try
        {
            LinkInfo? bridge = _route.Value.FindLink(_options.Bridge);
            if (bridge is null)
            {
                _route.Value.CreateBridge(_options.Bridge, MacAddress.Random(), _options.Mtu);
                bridge = _route.Value.FindLink(_options.Bridge)
                    ?? throw new FaultException(FaultKind.Conflict, $"cannot set up bridge '{_options.Bridge}': it was removed as soon as it was made");
            }
            _bridgeIndex = bridge.Index;
            AddressInfo? existing = _route.Value.ListAddresses().FirstOrDefault(a => a.LinkIndex == _bridgeIndex);
            Pool = BridgeSubnet.Choose(_options, existing, _route.Value.ListRoutes);
            if (existing is null || !existing.Address.Equals(Pool.Gateway)) _route.Value.AddAddress(_bridgeIndex, Pool.Gateway, Pool.Subnet.PrefixLength);
            if (!bridge.IsUp) _route.Value.SetUp(_bridgeIndex);
            EnableForwarding();
            // The host reaches published ports by 127.0.0.1; the guard chain keeps containers from using the same way.
            Sysctl.Enable($"ipv4/conf/{_options.Bridge}/route_localnet");
            RebuildRules(connected);
        }
        catch (LinuxException error) when (error.Errno is Errno.EPERM)
        {
            throw new FaultException(FaultKind.PermissionDenied, $"{error.Message}; networking needs CAP_NET_ADMIN: run the daemon as root, or containers with --network host or none", error);
        }
        catch (LinuxException error) when (error.Errno is Errno.EOPNOTSUPP)
        {
            throw new FaultException(FaultKind.NotSupported, $"{error.Message}; the kernel needs bridge, veth and nf_tables with nat, masq and fib", error);
        }
    }

    public static string LinkName(EndpointLease lease) => $"veth{lease.EndpointId[..7]}";

    /// <exception cref="LinuxException">rtnetlink, nf_tables; what was made stays until <see cref="Disconnect"/>.</exception>
    public void Connect(EndpointLease lease, NetworkSandbox sandbox)
    {
        _route.Value.CreateVeth(new VethOptions
        {
            Name = LinkName(lease),
            BridgeIndex = _bridgeIndex,
            Group = LinkGroup,
            Hairpin = lease.Ports.Count > 0,
            Mtu = _options.Mtu,
            PeerName = ContainerInterface,
            PeerAddress = MacAddress.Parse(lease.MacAddress!),
            PeerNamespace = sandbox.Handle,
        });
        LinkInfo inside = sandbox.Route.FindLink(ContainerInterface)
            ?? throw new FaultException(FaultKind.Internal, $"cannot connect '{lease.ContainerName}': interface '{ContainerInterface}' left its namespace");
        sandbox.Route.Configure(inside.Index, lease.Address!, lease.PrefixLength, lease.Gateway!);
        if (lease.Ports.Count > 0) _rules.Publish(lease);
    }

    /// <summary>Takes the ports out of the rules. The interface is left to <see cref="RemoveLinks"/>.</summary>
    public void Disconnect(EndpointLease lease, Func<IEnumerable<EndpointLease>> others)
    {
        // Before the start of the bridge the lease is an earlier daemon's, which may have died on its way to the rules: the start makes them anew.
        if (lease.Ports.Count > 0 && !_rules.Withdraw(lease) && Pool is not null) RebuildRules(others());
    }

    /// <summary>Removes interfaces by name: about 20 ms each, in which the kernel waits for other processors.</summary>
    public static void RemoveLinks(RouteSocket route, IEnumerable<string> names)
    {
        foreach (string name in names) route.DeleteLink(name);
    }

    /// <summary>Our interfaces that none of the leases has.</summary>
    public IReadOnlyList<string> StrayLinks(IEnumerable<EndpointLease> leases)
    {
        HashSet<string> known = [.. leases.Select(LinkName)];
        return [.. _route.Value.ListLinks().Where(link => link.Group == LinkGroup && !known.Contains(link.Name)).Select(link => link.Name)];
    }

    public void Dispose()
    {
        if (_route.IsValueCreated) _route.Value.Dispose();
        if (_nft.IsValueCreated) _nft.Value.Dispose();
    }

    private void RebuildRules(IEnumerable<EndpointLease> leases)
        => _rules.Rebuild(_options.Bridge, Pool!.Subnet, _options, forwardOthers: !_store.ForwardingIsOurs, leases);

    /// <summary>A machine that did not forward becomes a router by this: then only containers' traffic may pass.</summary>
    private void EnableForwarding()
    {
        if (!_options.IpForward || Sysctl.IsEnabled("ipv4/ip_forward")) return;
        _store.ForwardingIsOurs = true;
        Sysctl.Enable("ipv4/ip_forward");
    }
}
