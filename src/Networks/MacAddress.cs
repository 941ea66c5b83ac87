using System.Net;
using System.Net.NetworkInformation;
using System.Security.Cryptography;
using Sampan.Faults;

namespace Sampan.Networks;

/// <summary>Hardware addresses, locally administered (IEEE 802, second bit of the first byte).</summary>
internal static class MacAddress
{
    /// <summary>02:42 and the IPv4 address: an address that comes back with another container has the same hardware address,
    /// so that nobody's ARP table is wrong meanwhile.</summary>
    public static PhysicalAddress Of(IPAddress address) => new([0x02, 0x42, .. address.GetAddressBytes()]);

    public static PhysicalAddress Random() => new([0x02, 0x42, .. RandomNumberGenerator.GetBytes(4)]);

    /// <exception cref="FaultException">InvalidArgument, docker's text.</exception>
    public static PhysicalAddress Parse(string text) => PhysicalAddress.TryParse(text.ToUpperInvariant().Replace(':', '-'), out PhysicalAddress? address)
        && address.GetAddressBytes().Length == 6 ? address
        : throw new FaultException(FaultKind.InvalidArgument, $"{text} is not a valid mac address");

    /// <summary>"02:42:ac:11:00:02".</summary>
    public static string Format(PhysicalAddress address) => string.Join(':', address.GetAddressBytes().Select(b => b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
}
