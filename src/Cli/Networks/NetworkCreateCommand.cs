using System.Net;
using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Networks;

internal static class NetworkCreateCommand
{
    private static readonly Option<bool> Attachable = Options.Switch("attachable", '\0', "Containers of nobody's service may join");
    private static readonly Option<IReadOnlyList<string>> AuxAddress = Options.List("aux-address", '\0', "Address never given to containers: name=address", type: "map");
    private static readonly Option<string> ConfigFrom = Options.Text("config-from", '\0', "Network whose configuration this one takes");
    private static readonly Option<bool> ConfigOnly = Options.Switch("config-only", '\0', "Make a configuration, no network");
    private static readonly Option<string> Driver = Options.Text("driver", 'd', "Kind of the network", "bridge");
    private static readonly Option<IReadOnlyList<string>> Gateway = Options.List("gateway", '\0', "Gateway of a subnet");
    private static readonly Option<bool> Ingress = Options.Switch("ingress", '\0', "Make swarm's routing mesh");
    private static readonly Option<bool> Internal = Options.Switch("internal", '\0', "No way out of the network");
    private static readonly Option<IReadOnlyList<string>> IpRange = Options.List("ip-range", '\0', "Part of a subnet that addresses are taken from");
    private static readonly Option<string> IpamDriver = Options.Text("ipam-driver", '\0', "Who gives addresses", "default");
    private static readonly Option<IReadOnlyList<string>> IpamOption = Options.List("ipam-opt", '\0', "Option of the IPAM driver: key=value", type: "map");
    private static readonly Option<bool> IPv4 = Options.Switch("ipv4", '\0', "IPv4 addresses", value: true);
    private static readonly Option<bool> IPv6 = Options.Switch("ipv6", '\0', "IPv6 addresses");
    private static readonly Option<IReadOnlyList<string>> Label = Options.List("label", '\0', "Label of the network: key=value");
    private static readonly Option<IReadOnlyList<string>> DriverOption = Options.List("opt", 'o', "Option of the driver: key=value", type: "map");
    private static readonly Option<string> Scope = Options.Text("scope", '\0', "Where the network is known");
    private static readonly Option<IReadOnlyList<string>> Subnet = Options.List("subnet", '\0', "Addresses of the network: address/length");

    public static Command Define() => new()
    {
        Name = "network create",
        Synopsis = "[OPTIONS] NETWORK",
        Summary = "Make a network",
        Options = [Attachable, AuxAddress, ConfigFrom, ConfigOnly, Driver, Gateway, Ingress, Internal, IpRange, IpamDriver, IpamOption, IPv4, IPv6, Label, DriverOption, Scope, Subnet],
        Arguments = ArgumentCount.Exactly(1),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        string configFrom = invocation.Get(ConfigFrom);
        var request = new NetworkCreateRequest
        {
            Name = invocation.Arguments[0],
            Driver = invocation.Get(Driver),
            Scope = invocation.Get(Scope),
            EnableIPv4 = invocation.Has(IPv4) ? invocation.Get(IPv4) : null,
            EnableIPv6 = invocation.Has(IPv6) ? invocation.Get(IPv6) : null,
            Ipam = new Ipam { Driver = invocation.Get(IpamDriver), Options = KeyValues.Parse(invocation.Get(IpamOption)), Config = Subnets(invocation) },
            Internal = invocation.Get(Internal),
            Attachable = invocation.Get(Attachable),
            Ingress = invocation.Get(Ingress),
            ConfigOnly = invocation.Get(ConfigOnly),
            ConfigFrom = configFrom.Length > 0 ? new NetworkConfigReference { Network = configFrom } : null,
            Options = KeyValues.Parse(invocation.Get(DriverOption)),
            Labels = KeyValues.Parse(invocation.Get(Label)),
        };
        var engine = await invocation.ConnectAsync(ct);
        invocation.Output.WriteLine((await engine.Networks.CreateAsync(request, ct)).Id);
        return 0;
    }

    // Ranges, gateways and reserved addresses name no subnet: each belongs to the one that holds it.
    private static List<IpamConfig> Subnets(Invocation invocation)
    {
        List<IPNetwork> subnets = [];
        foreach (string subnet in invocation.Get(Subnet)) subnets.Add(Network(subnet));
        if (subnets.Count < invocation.Get(IpRange).Count || subnets.Count < invocation.Get(Gateway).Count)
            throw new CommandFailedException(1, "every ip-range or gateway must have a corresponding subnet");
        for (int i = 0; i < subnets.Count; i++)
            for (int j = 0; j < i; j++)
                if (subnets[i].Contains(subnets[j].BaseAddress) || subnets[j].Contains(subnets[i].BaseAddress))
                    throw new CommandFailedException(1, "multiple overlapping subnet configuration is not supported");
        var ranges = invocation.Get(IpRange).ToLookup(range => Of(subnets, Network(range).BaseAddress, $"no matching subnet for range {range}"));
        var gateways = invocation.Get(Gateway).ToLookup(gateway => Of(subnets, Address(gateway), $"no matching subnet for gateway {gateway}"));
        var reserved = KeyValues.Parse(invocation.Get(AuxAddress)).ToLookup(pair => Of(subnets, Address(pair.Value), $"no matching subnet for aux-address {pair.Value}"));
        return [.. invocation.Get(Subnet).Select((subnet, i) => new IpamConfig
        {
            Subnet = subnet,
            IPRange = Only(ranges[i], "ip-range"),
            Gateway = Only(gateways[i], "gateway"),
            AuxAddress = reserved[i].ToDictionary(),
        })];
    }

    private static int Of(List<IPNetwork> subnets, IPAddress address, string complaint)
    {
        int at = subnets.FindIndex(subnet => subnet.Contains(address));
        return at >= 0 ? at : throw new CommandFailedException(1, complaint);
    }

    private static string? Only(IEnumerable<string> values, string option) => values.ToList() switch
    {
        [] => null,
        [var one] => one,
        _ => throw new CommandFailedException(1, $"cannot configure multiple {option}s on the same subnet"),
    };

    private static IPNetwork Network(string text)
    {
        int slash = text.IndexOf('/');
        if (slash > 0 && IPAddress.TryParse(text.AsSpan(0, slash), out var address) && byte.TryParse(text.AsSpan(slash + 1), out byte length) && length <= address.GetAddressBytes().Length * 8)
            return new IPNetwork(Masked(address, length), length);
        throw new CommandFailedException(1, $"invalid CIDR address: {text}");
    }

    private static IPAddress Masked(IPAddress address, int length)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int i = 0; i < bytes.Length; i++) bytes[i] &= (byte)(0xff00 >> Math.Clamp(length - i * 8, 0, 8));
        return new IPAddress(bytes);
    }

    private static IPAddress Address(string text) =>
        IPAddress.TryParse(text, out var address) ? address : throw new CommandFailedException(1, $"invalid IP address: {text}");
}
