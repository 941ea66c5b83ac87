using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sampan.Networks;

/// <summary>What --dns, --dns-search and --dns-option say; empty lists leave the host's.</summary>
public sealed record DnsSettings(IReadOnlyList<string> Servers, IReadOnlyList<string> Search, IReadOnlyList<string> Options)
{
    public static DnsSettings None { get; } = new([], [], []);
}

/// <summary>A container's /etc/resolv.conf, from the host's. resolv.conf(5)</summary>
public static class ResolvConf
{
    public const string HostPath = "/etc/resolv.conf";

    /// <summary>systemd-resolved's list of the real servers, which stands in for a host file that names only its stub.</summary>
    public const string SystemdPath = "/run/systemd/resolve/resolv.conf";

    private static readonly string[] PublicServers = ["8.8.8.8", "8.8.4.4"];

    /// <summary>True when the host's file names nothing but systemd-resolved's stub at 127.0.0.53.</summary>
    public static bool IsSystemdStub(string host)
    {
        (List<string> servers, _, _, _) = Parse(host);
        return servers is ["127.0.0.53"];
    }

    /// <summary>For a container on the default bridge: servers on the host's loopback are no use there and are left out, and so are IPv6
    /// ones, which the bridge does not reach; without any left, docker's public ones are taken.</summary>
    /// <param name="host">Text of the host's file, empty when there is none.</param>
    /// <param name="settings">The container's settings, or the daemon's where it has none.</param>
    public static string ForBridge(string host, DnsSettings settings)
    {
        (List<string> servers, List<string> search, List<string> options, List<string> others) = Parse(host);
        if (settings.Servers.Count > 0) servers = [.. settings.Servers];
        else
        {
            servers.RemoveAll(server => !IPAddress.TryParse(server.Split('%')[0], out IPAddress? address)
                || IPAddress.IsLoopback(address) || address.AddressFamily == AddressFamily.InterNetworkV6);
            if (servers.Count == 0) servers.AddRange(PublicServers);
        }
        if (settings.Search.Count > 0) search = [.. settings.Search];
        if (settings.Options.Count > 0) options = [.. settings.Options];
        return Write(servers, search, options, others);
    }

    /// <summary>For a container in the host's network: the host's own file, word by word unless something is set.</summary>
    public static string ForHost(string host, DnsSettings settings)
    {
        if (settings.Servers.Count == 0 && settings.Search.Count == 0 && settings.Options.Count == 0) return host;
        (List<string> servers, List<string> search, List<string> options, List<string> others) = Parse(host);
        return Write(settings.Servers.Count > 0 ? [.. settings.Servers] : servers, settings.Search.Count > 0 ? [.. settings.Search] : search,
            settings.Options.Count > 0 ? [.. settings.Options] : options, others);
    }

    // nameserver 10.0.0.2      search example.org corp      options ndots:2 rotate      sortlist 130.155.160.0/255.255.240.0
    private static (List<string> Servers, List<string> Search, List<string> Options, List<string> Others) Parse(string text)
    {
        List<string> servers = [], search = [], options = [], others = [];
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0][0] is '#' or ';') continue;
            switch (words[0])
            {
                case "nameserver" when words.Length > 1: servers.Add(words[1]); break;
                case "search" or "domain": search = [.. words.Skip(1)]; break;   // the last one counts
                case "options": options.AddRange(words.Skip(1)); break;
                default: others.Add(line.Trim()); break;
            }
        }
        return (servers, search, options, others);
    }

    private static string Write(List<string> servers, List<string> search, List<string> options, List<string> others)
    {
        StringBuilder text = new("# Written by Sampan for this container; later changes of the host's file do not reach it\n");
        foreach (string server in servers) text.Append("nameserver ").Append(server).Append('\n');
        if (search is not ["."] && search.Count > 0) text.Append("search ").AppendJoin(' ', search).Append('\n');   // "." says: none
        if (options.Count > 0) text.Append("options ").AppendJoin(' ', options).Append('\n');
        foreach (string other in others) text.Append(other).Append('\n');
        return text.ToString();
    }
}
