using System.Net.NetworkInformation;
using Microsoft.Win32.SafeHandles;

namespace Sampan.Linux.Netlink;

/// <summary>A veth(4) pair.</summary>
public sealed record VethOptions
{
    /// <summary>At most 15 bytes, like <see cref="PeerName"/>.</summary>
    public required string Name { get; init; }
    public required int BridgeIndex { get; init; }
    /// <summary>A mark by which its maker finds the link again.</summary>
    public uint Group { get; init; }
    /// <summary>Bytes; 0 leaves the kernel's 1500.</summary>
    public int Mtu { get; init; }
    /// <summary>The bridge may send a frame back by this port: a container that goes by the host to its own published port,
    /// on a machine where net.bridge.bridge-nf-call-iptables translates addresses inside the bridge already.</summary>
    public bool Hairpin { get; init; }
    public required string PeerName { get; init; }
    public required PhysicalAddress PeerAddress { get; init; }
    public required SafeFileHandle PeerNamespace { get; init; }
}
