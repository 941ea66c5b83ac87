using System.Net;
using Sampan.Faults;
using Sampan.Linux.Netlink;

namespace Sampan.Networks;

/// <summary>Which addresses the default bridge has: what its interface has already, else --bip, else the first of docker's
/// default pools that no route of this machine uses.</summary>
internal static class BridgeSubnet
{
    /// <exception cref="FaultException">InvalidArgument: --bip or --fixed-cidr; Unavailable: every default pool is in use.</exception>
    public static IpamPool Choose(NetworkOptions options, AddressInfo? existing, Func<IReadOnlyList<IPNetwork>> routes)
    {
        (IPAddress gateway, int prefixLength) = existing is not null && options.BridgeAddress is null ? (existing.Address, existing.PrefixLength)
            : options.BridgeAddress is { } given ? Parse(given)
            : FirstFree(routes());
        IPNetwork subnet = NetworkOf(gateway, prefixLength);
        if (options.FixedCidr is { } range && !(subnet.Contains(range.BaseAddress) && range.PrefixLength >= prefixLength))
            throw new FaultException(FaultKind.InvalidArgument, $"invalid --fixed-cidr {range}: it is not in the bridge's subnet {subnet}");
        return new IpamPool(subnet, gateway, options.FixedCidr);
    }

    /// <summary>"172.17.0.1/16".</summary>
    private static (IPAddress Address, int PrefixLength) Parse(string text)
    {
        string[] parts = text.Split('/');
        if (parts.Length == 2 && IPAddress.TryParse(parts[0], out IPAddress? address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
            && int.TryParse(parts[1], out int prefixLength) && prefixLength is >= 8 and <= 30)
            return (address, prefixLength);
        throw new FaultException(FaultKind.InvalidArgument, $"invalid --bip '{text}': expected an IPv4 address and a prefix length of 8 to 30, such as 172.17.0.1/16");
    }

    // docker's default-address-pools: 172.17.0.0/16 to 172.31.0.0/16, then 192.168.0.0/20 to 192.168.240.0/20.
    private static (IPAddress, int) FirstFree(IReadOnlyList<IPNetwork> routes)
    {
        for (byte second = 17; second <= 31; second++)
            if (IsFree(new IPNetwork(new IPAddress([172, second, 0, 0]), 16), routes)) return (new IPAddress([172, second, 0, 1]), 16);
        for (int third = 0; third < 256; third += 16)
            if (IsFree(new IPNetwork(new IPAddress([192, 168, (byte)third, 0]), 20), routes)) return (new IPAddress([192, 168, (byte)third, 1]), 20);
        throw new FaultException(FaultKind.Unavailable, "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network; give one with --bip");
    }

    private static bool IsFree(IPNetwork candidate, IReadOnlyList<IPNetwork> routes)
        => !routes.Any(route => route.Contains(candidate.BaseAddress) || candidate.Contains(route.BaseAddress));

    private static IPNetwork NetworkOf(IPAddress address, int prefixLength)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int bit = prefixLength; bit < 32; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPNetwork(new IPAddress(bytes), prefixLength);
    }
}
