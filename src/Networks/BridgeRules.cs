using System.Buffers.Binary;
using System.Net;
using Sampan.Linux.Native;
using Sampan.Linux.Nftables;

namespace Sampan.Networks;

/// <summary>Our nf_tables table, <c>ip sampan</c>: a constant number of rules per bridge, and one map entry per published port.
/// <c>nft list table ip sampan</c> shows it.</summary>
internal sealed class BridgeRules(Lazy<NftSocket> nft)
{
    private const string Table = "sampan", AnyAddress = "published", OneAddress = "published_at", Comment = "sampan";
    private const int Raw = -300, DestinationNat = -100, Filter = 0, SourceNat = 100;   // nft(8) § standard priority names
    private static readonly IPNetwork Loopback = new(new IPAddress([127, 0, 0, 0]), 8);

    /// <summary>Makes the table anew, in one transaction: whatever was in it, afterwards it holds the bridge's rules and these leases' ports.
    /// Connections that are established go on, because the kernel keeps their translation with the connection.</summary>
    /// <param name="forwardOthers">False drops what is forwarded between interfaces that are none of ours.</param>
    /// <exception cref="LinuxException">EPERM; EOPNOTSUPP when the kernel has no nf_tables.</exception>
    public void Rebuild(string bridge, IPNetwork subnet, NetworkOptions options, bool forwardOthers, IEnumerable<EndpointLease> leases)
    {
        NftBatch batch = new();
        batch.AddTable(Table);
        batch.DeleteTable(Table);
        batch.AddTable(Table);
        batch.AddMap(Table, AnyAddress, [NftType.InetProtocol, NftType.InetService], [NftType.Ipv4Address, NftType.InetService]);
        batch.AddMap(Table, OneAddress, [NftType.Ipv4Address, NftType.InetProtocol, NftType.InetService], [NftType.Ipv4Address, NftType.InetService]);
        AddPublishing(batch, "prerouting", NftHook.Prerouting);
        AddPublishing(batch, "output", NftHook.Output);
        AddGuard(batch, bridge);
        AddForwarding(batch, bridge, options, forwardOthers);
        AddSourceNat(batch, bridge, subnet, options);
        foreach (EndpointLease lease in leases) AddPorts(batch, lease);
        nft.Value.Commit(batch, $"cannot set up the firewall table 'ip {Table}'");
        OpenForeignChains(bridge);
    }

    /// <exception cref="LinuxException">nf_tables.</exception>
    public void Publish(EndpointLease lease)
    {
        NftBatch batch = new();
        AddPorts(batch, lease);
        nft.Value.Commit(batch, $"cannot publish the ports of '{lease.ContainerName}'");
    }

    /// <returns>False when an entry was not there: somebody changed the table.</returns>
    /// <exception cref="LinuxException">nf_tables.</exception>
    public bool Withdraw(EndpointLease lease)
    {
        NftBatch batch = new();
        foreach ((string map, byte[] key, _) in Entries(lease)) batch.DeleteElement(Table, map, key);
        try
        {
            nft.Value.Commit(batch, $"cannot withdraw the ports of '{lease.ContainerName}'");
            return true;
        }
        catch (LinuxException error) when (error.Errno == Errno.ENOENT)
        {
            return false;
        }
    }

    private static void AddPublishing(NftBatch batch, string chain, NftHook hook)
    {
        batch.AddBaseChain(Table, chain, "nat", hook, DestinationNat);
        batch.AddRule(Table, chain, rule => rule.LoadDestination(0).LoadProtocol(1).LoadDestinationPort(2).LookUp(OneAddress).DestinationNat());
        batch.AddRule(Table, chain, rule => rule.DestinationIsLocal().LoadProtocol(0).LoadDestinationPort(1).LookUp(AnyAddress).DestinationNat());
    }

    /// <summary>route_localnet lets the host's 127.0.0.1 reach the bridge; without this, containers would reach the host's 127.0.0.1 (CVE-2020-8558).</summary>
    private static void AddGuard(NftBatch batch, string bridge)
    {
        batch.AddBaseChain(Table, "guard", "filter", NftHook.Prerouting, Raw);
        batch.AddRule(Table, "guard", rule => rule.InputInterface(bridge).Destination(Loopback).Drop());
    }

    private static void AddForwarding(NftBatch batch, string bridge, NetworkOptions options, bool forwardOthers)
    {
        batch.AddBaseChain(Table, "forward", "filter", NftHook.Forward, Filter);
        batch.AddRule(Table, "forward", rule => rule.OutputInterface(bridge).ConnectionState(NftConnectionStates.Established | NftConnectionStates.Related).Accept());
        batch.AddRule(Table, "forward", rule => rule.OutputInterface(bridge).ConnectionIsDestinationNat().Accept());
        if (options.InterContainerCommunication) batch.AddRule(Table, "forward", rule => rule.InputInterface(bridge).OutputInterface(bridge).Accept());
        // What is not published is not reached, whoever routes to the subnet.
        batch.AddRule(Table, "forward", rule => rule.OutputInterface(bridge).Drop());
        batch.AddRule(Table, "forward", rule => rule.InputInterface(bridge).Accept());
        if (!forwardOthers) batch.AddRule(Table, "forward", rule => rule.Drop());
    }

    private static void AddSourceNat(NftBatch batch, string bridge, IPNetwork subnet, NetworkOptions options)
    {
        batch.AddBaseChain(Table, "postrouting", "nat", NftHook.Postrouting, SourceNat);
        if (options.IpMasquerade) batch.AddRule(Table, "postrouting", rule => rule.Source(subnet).OutputInterface(bridge, not: true).Masquerade());
        batch.AddRule(Table, "postrouting", rule => rule.Source(Loopback).OutputInterface(bridge).Masquerade());
        // A container that goes by the host's port to a container beside it: the answer must come back by the host too.
        batch.AddRule(Table, "postrouting", rule => rule.Source(subnet).OutputInterface(bridge).ConnectionIsDestinationNat().Masquerade());
    }

    private static void AddPorts(NftBatch batch, EndpointLease lease)
    {
        foreach ((string map, byte[] key, byte[] value) in Entries(lease)) batch.AddElement(Table, map, key, value);
    }

    // Every part of a tuple takes 4 bytes; ports are big-endian.
    private static IEnumerable<(string Map, byte[] Key, byte[] Value)> Entries(EndpointLease lease)
    {
        foreach (PublishedPort port in lease.Ports)
        {
            if (port.HostAddress.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork) continue;
            bool isAny = port.HostAddress.Equals(IPAddress.Any);
            byte[] key = new byte[isAny ? 8 : 12], value = new byte[8];
            if (!isAny) port.HostAddress.TryWriteBytes(key, out _);
            key[^8] = port.Protocol == PortProtocol.Udp ? (byte)17 : (byte)6;
            BinaryPrimitives.WriteUInt16BigEndian(key.AsSpan(key.Length - 4), port.HostPort);
            lease.Address!.TryWriteBytes(value, out _);
            BinaryPrimitives.WriteUInt16BigEndian(value.AsSpan(4), port.ContainerPort);
            yield return (isAny ? AnyAddress : OneAddress, key, value);
        }
    }

    /// <summary>A packet must pass every chain. Where somebody else's forward chain drops by default (iptables -P FORWARD DROP by way of
    /// iptables-nft), it gets two rules in front, of the form that iptables writes itself; our own chain decides about containers.</summary>
    private void OpenForeignChains(string bridge)
    {
        foreach (NftChain chain in nft.Value.ListChains())
        {
            if (chain.Table == Table || chain.Hook != NftHook.Forward || !chain.DropsByDefault) continue;
            NftBatch batch = new();
            foreach ((string comment, ulong handle) in nft.Value.ListComments(chain.Table, chain.Name))
                if (comment == Comment) batch.DeleteRule(chain.Table, chain.Name, handle);
            batch.AddRule(chain.Table, chain.Name, rule => rule.InputInterface(bridge).Counter().Accept(), Comment, first: true);
            batch.AddRule(chain.Table, chain.Name, rule => rule.OutputInterface(bridge).Counter().Accept(), Comment, first: true);
            nft.Value.Commit(batch, $"cannot let containers' traffic through chain '{chain.Name}' of table 'ip {chain.Table}'");
        }
    }
}
