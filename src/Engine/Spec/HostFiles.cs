using System.Text;
using Sampan.Faults;

namespace Sampan.Engine.Spec;

/// <summary>The texts of a container's <c>/etc/hosts</c>, <c>/etc/hostname</c> and <c>/etc/resolv.conf</c>.</summary>
internal static class HostFiles
{
    /// <param name="addresses">The container's own addresses, none without a network.</param>
    /// <param name="extraHosts"><c>--add-host name:address</c> (or name=address); "host-gateway" is <paramref name="gateway"/>.</param>
    public static string Hosts(string hostname, string? domainname, IReadOnlyList<string> addresses, IReadOnlyList<string>? extraHosts, string? gateway)
    {
        var text = new StringBuilder("""
            127.0.0.1	localhost
            ::1	localhost ip6-localhost ip6-loopback
            fe00::	ip6-localnet
            ff00::	ip6-mcastprefix
            ff02::1	ip6-allnodes
            ff02::2	ip6-allrouters

            """);
        string names = string.IsNullOrEmpty(domainname) ? hostname : $"{hostname}.{domainname} {hostname}";
        foreach (string extra in extraHosts ?? [])
        {
            var (name, address) = ParseExtraHost(extra);
            if (address == "host-gateway")
                address = gateway ?? throw new FaultException(FaultKind.InvalidArgument,
                    $"unable to derive the IP value for host-gateway of '{extra}': the container has no gateway");
            text.Append(address).Append('\t').Append(name).Append('\n');
        }
        foreach (string address in addresses)
            text.Append(address).Append('\t').Append(names).Append('\n');
        return text.ToString();
    }

    /// <exception cref="FaultException">InvalidArgument, with Docker's text.</exception>
    public static (string Name, string Address) ParseExtraHost(string extra)
    {
        int split = extra.IndexOfAny([':', '=']);
        if (split <= 0 || split == extra.Length - 1)
            throw new FaultException(FaultKind.InvalidArgument, $"bad format for add-host: \"{extra}\"");
        string address = extra[(split + 1)..].Trim('[', ']');
        if (address != "host-gateway" && !System.Net.IPAddress.TryParse(address, out _))
            throw new FaultException(FaultKind.InvalidArgument, $"invalid IP address in add-host: \"{address}\"");
        return (extra[..split], address);
    }

    /// <summary>The host's resolver file, with the container's own <c>--dns</c> values in place of its lines. On a network of its own a
    /// container cannot reach the host's loopback, so loopback servers are left out there.</summary>
    public static string ResolvConf(string hostText, IReadOnlyList<string> dns, IReadOnlyList<string> search, IReadOnlyList<string> options, bool hostNetwork)
    {
        var servers = new List<string>(dns);
        var searches = new List<string>(search.Where(domain => domain != "."));
        var resolverOptions = new List<string>(options);
        foreach (var raw in hostText.AsSpan().EnumerateLines())
        {
            string[] words = raw.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["nameserver", var server, ..] when dns.Count == 0 && (hostNetwork || !IsLoopback(server)):
                    servers.Add(server);
                    break;
                case ["search" or "domain", .. var domains] when search.Count == 0:
                    searches = [.. domains];
                    break;
                case ["options", .. var values] when options.Count == 0:
                    resolverOptions.AddRange(values);
                    break;
            }
        }
        var text = new StringBuilder();
        foreach (string server in servers)
            text.Append("nameserver ").Append(server).Append('\n');
        if (searches.Count > 0)
            text.Append("search ").AppendJoin(' ', searches).Append('\n');
        if (resolverOptions.Count > 0)
            text.Append("options ").AppendJoin(' ', resolverOptions).Append('\n');
        return text.ToString();
    }

    private static bool IsLoopback(string server)
    {
        int zone = server.IndexOf('%');
        return System.Net.IPAddress.TryParse(zone < 0 ? server : server[..zone], out var address) && System.Net.IPAddress.IsLoopback(address);
    }
}
