using System.Net;
using System.Text;
using Sampan.Faults;

namespace Sampan.Networks;

/// <summary>A container's /etc/hosts. hosts(5)</summary>
public static class HostsFile
{
    private const string HostGateway = "host-gateway";
    private const string Fixed = """
        127.0.0.1	localhost
        ::1	localhost ip6-localhost ip6-loopback
        fe00::	ip6-localnet
        ff00::	ip6-mcastprefix
        ff02::1	ip6-allnodes
        ff02::2	ip6-allrouters

        """;

    /// <param name="extraHosts">--add-host: "name:address" or "name=address"; the address may be "host-gateway".</param>
    /// <param name="address">The container's own; null on network none.</param>
    /// <param name="names">The container's own names: "host.domain host".</param>
    /// <param name="gateway">What host-gateway stands for.</param>
    /// <exception cref="FaultException">InvalidArgument: an entry of <paramref name="extraHosts"/>.</exception>
    public static string ForContainer(IReadOnlyList<string> extraHosts, IPAddress? address, string names, IPAddress? gateway)
    {
        StringBuilder text = new(Fixed);
        AppendExtra(text, extraHosts, gateway);
        if (address is not null) text.Append(address).Append('\t').Append(names).Append('\n');
        return text.ToString();
    }

    /// <summary>In the host's network: the host's own file and the extra entries.</summary>
    /// <exception cref="FaultException">InvalidArgument: an entry of <paramref name="extraHosts"/>.</exception>
    public static string ForHostNetwork(string host, IReadOnlyList<string> extraHosts, IPAddress? gateway)
    {
        StringBuilder text = new(host);
        if (text.Length > 0 && text[^1] != '\n') text.Append('\n');
        AppendExtra(text, extraHosts, gateway);
        return text.ToString();
    }

    /// <summary>"name.domain name", or the name alone.</summary>
    public static string Names(string hostname, string? domainname)
    {
        if (!string.IsNullOrEmpty(domainname)) return $"{hostname}.{domainname} {hostname}";
        int dot = hostname.IndexOf('.');
        return dot > 0 ? $"{hostname} {hostname[..dot]}" : hostname;
    }

    private static void AppendExtra(StringBuilder text, IReadOnlyList<string> extraHosts, IPAddress? gateway)
    {
        foreach (string entry in extraHosts)
        {
            // The address may be IPv6: the first separator counts.
            int separator = entry.IndexOfAny([':', '=']);
            string name = separator > 0 ? entry[..separator] : "", address = separator > 0 ? entry[(separator + 1)..] : "";
            if (address == HostGateway)
                address = gateway?.ToString() ?? throw new FaultException(FaultKind.InvalidArgument, $"unable to derive the IP value for {HostGateway}");
            else if (!IPAddress.TryParse(address.Trim('[', ']'), out _) || name.AsSpan().ContainsAny(" \t\n"))
                throw new FaultException(FaultKind.InvalidArgument, $"bad format for add-host: \"{entry}\"");
            text.Append(address.Trim('[', ']')).Append('\t').Append(name).Append('\n');
        }
    }
}
