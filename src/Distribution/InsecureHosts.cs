using System.Net;
using System.Net.Sockets;

namespace Sampan.Distribution;

/// <summary>Which registries may be reached by plain HTTP or with an unverified certificate: loopback and those the options name.</summary>
internal sealed class InsecureHosts
{
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<IPNetwork> _networks = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    internal InsecureHosts(IEnumerable<string> configured)
    {
        foreach (string entry in configured)
        {
            if (IPNetwork.TryParse(entry, out var network)) _networks.Add(network);
            else _names.Add(entry);
        }
    }

    /// <param name="authority">host or host:port.</param>
    internal async Task<bool> ContainsAsync(string authority, CancellationToken ct)
    {
        if (_names.Contains(authority)) return true;
        return (await AddressesAsync(HostOf(authority), ct).ConfigureAwait(false)).Any(address => _networks.Any(network => network.Contains(address)));
    }

    internal static async Task<bool> IsLoopbackAsync(string authority, CancellationToken ct)
    {
        var addresses = await AddressesAsync(HostOf(authority), ct).ConfigureAwait(false);
        return addresses.Length > 0 && Array.TrueForAll(addresses, IPAddress.IsLoopback);
    }

    private static string HostOf(string authority) => new Uri("http://" + authority).Host.Trim('[', ']');

    private static async Task<IPAddress[]> AddressesAsync(string host, CancellationToken ct)
    {
        if (IPAddress.TryParse(host, out var literal)) return [literal];
        try
        {
            return await Dns.GetHostAddressesAsync(host, ct).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            return [];   // the connection attempt will say so
        }
    }
}
