using System.Net;

namespace Sampan.Distribution;

/// <summary>Which proxy an address is reached through, by the rules of Go's golang.org/x/net/http/httpproxy, which dockerd's users know. Loopback and "localhost" never are.</summary>
internal sealed class ProxyRules : IWebProxy
{
    private readonly Uri? _http;
    private readonly Uri? _https;
    private readonly bool _none;
    private readonly List<IPNetwork> _networks = [];
    private readonly List<(string Host, int? Port, bool OnlyBelow)> _hosts = [];

    internal ProxyRules(ProxyOptions options)
    {
        (_http, _https) = (Parse(options.Http), Parse(options.Https));
        Credentials = new ProxyCredentials();
        foreach (string entry in options.Exceptions.ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (entry == "*") _none = true;
            else if (IPNetwork.TryParse(entry, out var network)) _networks.Add(network);
            else Add(entry);
        }
    }

    public ICredentials? Credentials { get; set; }

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : destination.Scheme == Uri.UriSchemeHttps ? _https : _http;

    public bool IsBypassed(Uri host)
    {
        if (_none || (host.Scheme == Uri.UriSchemeHttps ? _https : _http) is null) return true;
        string name = host.IdnHost.TrimEnd('.').ToLowerInvariant();
        if (name is "localhost") return true;
        if (IPAddress.TryParse(name, out var address))
        {
            if (IPAddress.IsLoopback(address)) return true;
            foreach (var network in _networks)
                if (network.Contains(address)) return true;
        }
        foreach (var (entry, port, onlyBelow) in _hosts)
        {
            if (port is not null && port != host.Port) continue;
            if (!onlyBelow && name == entry || address is null && name.EndsWith("." + entry, StringComparison.Ordinal)) return true;
        }
        return false;
    }

    // example.com    .example.com    *.example.com    10.0.0.1:5000    [::1]:5000
    private void Add(string entry)
    {
        int colon = entry.LastIndexOf(':');
        int? port = null;
        if (colon > 0 && (entry[..colon].IndexOf(':') < 0 || entry[colon - 1] == ']') && int.TryParse(entry.AsSpan(colon + 1), out int number)) (entry, port) = (entry[..colon], number);
        entry = entry.Trim('[', ']');
        bool onlyBelow = entry.StartsWith('.') || entry.StartsWith("*.", StringComparison.Ordinal);
        entry = entry.TrimStart('*').TrimStart('.');
        if (entry.Length > 0) _hosts.Add((entry, port, onlyBelow));
    }

    // proxy.example:3128 is an http:// one
    private static Uri? Parse(string address)
    {
        if (address.Length == 0) return null;
        return Uri.TryCreate(address.Contains("://", StringComparison.Ordinal) ? address : "http://" + address, UriKind.Absolute, out var url) && url.Host.Length > 0 ? url : null;
    }

    /// <summary>What the proxy's own address says.</summary>
    private sealed class ProxyCredentials : ICredentials
    {
        public NetworkCredential? GetCredential(Uri uri, string authType)
        {
            if (uri.UserInfo.Length == 0) return null;
            string[] parts = uri.UserInfo.Split(':', 2);
            return new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "");
        }
    }
}
