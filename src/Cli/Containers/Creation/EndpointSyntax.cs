using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;
using static Sampan.Cli.Containers.Creation.ContainerOptionTable;

namespace Sampan.Cli.Containers.Creation;

/// <summary>The networks of a container: each --network, and the older options (--ip, --network-alias, …), which mean the first of them.</summary>
internal static class EndpointSyntax
{
    /// <exception cref="FormatException">Options that contradict each other.</exception>
    public static Dictionary<string, EndpointSettings> Read(ParsedOptions options)
    {
        var given = options.Get(Network);
        var endpoints = new Dictionary<string, EndpointSettings>(StringComparer.Ordinal);
        IReadOnlyList<NetworkAttachment> networks = given.Count > 0 ? given : [new NetworkAttachment("default")];
        for (int i = 0; i < networks.Count; i++)
        {
            var network = i == 0 ? WithOlderOptions(networks[0], options) : networks[i];
            IReadOnlyList<string>? links = i == 0 && network.IsUserDefined && options.Get(Link) is { Count: > 0 } list ? list : null;
            var endpoint = ToEndpoint(network, links);
            if (endpoints.ContainsKey(network.Target)) throw new FormatException($"network {Quoted.Of(network.Target)} is specified multiple times");
            // A single network that nothing is asked of goes by the network mode alone.
            if (given.Count == 1 && endpoint == new EndpointSettings()) continue;
            endpoints[network.Target] = endpoint;
        }
        if (networks.Any(network => network.IsUserDefined) && networks.Any(network => !network.IsUserDefined))
            throw new FormatException("conflicting options: cannot attach both user-defined and non-user-defined network-modes");
        return endpoints;
    }

    private static NetworkAttachment WithOlderOptions(NetworkAttachment network, ParsedOptions options)
    {
        var aliases = options.Get(NetworkAlias);
        var local = options.Get(LinkLocalIp);
        string ip = options.Get(Ip), ip6 = options.Get(Ip6), mac = options.Get(MacAddress);
        Refuse(network.Aliases.Count > 0 && aliases.Count > 0, "--network-alias and per-network alias");
        Refuse(network.Ip.Length > 0 && ip.Length > 0, "--ip and per-network IPv4 address");
        Refuse(network.Ip6.Length > 0 && ip6.Length > 0, "--ip6 and per-network IPv6 address");
        Refuse(network.MacAddress.Length > 0 && mac.Length > 0, "--mac-address and per-network MAC address");
        Refuse(network.LinkLocalIps.Count > 0 && local.Count > 0, "--link-local-ip and per-network link-local IP addresses");
        return network with
        {
            Aliases = aliases.Count > 0 ? aliases : network.Aliases,
            LinkLocalIps = local.Count > 0 ? local : network.LinkLocalIps,
            Ip = ip.Length > 0 ? ip : network.Ip,
            Ip6 = ip6.Length > 0 ? ip6 : network.Ip6,
            MacAddress = mac.Length > 0 ? mac : network.MacAddress,
        };
    }

    private static EndpointSettings ToEndpoint(NetworkAttachment network, IReadOnlyList<string>? links)
    {
        if (network.Target.Trim().Length == 0) throw new FormatException("no name set for network");
        if (!network.IsUserDefined && network.Aliases.Count > 0)
            throw new FormatException("network-scoped aliases are only supported for user-defined networks");
        if (network.MacAddress.Length > 0 && !IsMac(network.MacAddress)) throw new FormatException($"{network.MacAddress} is not a valid mac address");
        bool addressed = network.Ip.Length > 0 || network.Ip6.Length > 0 || network.LinkLocalIps.Count > 0;
        return new EndpointSettings
        {
            Aliases = network.Aliases.Count > 0 ? network.Aliases : null,
            DriverOpts = network.DriverOptions,
            Links = links,
            GwPriority = network.GatewayPriority,
            MacAddress = network.MacAddress,
            IpamConfig = addressed ? new EndpointIpamConfig { IPv4Address = network.Ip, IPv6Address = network.Ip6, LinkLocalIPs = network.LinkLocalIps } : null,
        };
    }

    /// <summary>Six groups of two hex digits.</summary>
    public static bool IsMac(string text)
    {
        string[] groups = text.Trim().Split(text.Contains('-', StringComparison.Ordinal) ? '-' : ':');
        return groups.Length == 6 && groups.All(group => group.Length == 2 && group.All(char.IsAsciiHexDigit));
    }

    private static void Refuse(bool both, string what)
    {
        if (both) throw new FormatException("conflicting options: cannot specify both " + what);
    }
}
