using Sampan.Faults;
using Sampan.Specs;

namespace Sampan.Distribution.Hosts;

/// <summary>containerd's hosts.toml: which hosts answer for a registry, in which order and how. containerd's docs/hosts.md.</summary>
internal static class HostsFile
{
    private static readonly TimeSpan LongestDial = TimeSpan.FromSeconds(1e9);
    private static readonly HashSet<string> Known = ["server", "host", "capabilities", "ca", "client", "skip_verify", "header", "override_path", "dial_timeout"];

    /// <param name="upstream">The registry itself as it is without the file.</param>
    /// <returns>In the order they are asked; the registry itself is the last.</returns>
    /// <exception cref="FaultException">InvalidArgument: names file and place.</exception>
    internal static IReadOnlyList<RegistryHost> Read(string path, RegistryHost upstream, string domain)
    {
        TomlTable file = TomlReader.Read(File.ReadAllText(path), path);
        string folder = Path.GetDirectoryName(path)!;
        var hosts = new List<RegistryHost>();
        if (file.Table("host") is { } tables)
        {
            foreach (string url in tables.Keys)
                hosts.Add(Host(tables.Table(url) ?? throw Bad(path, $"'host.{url}' is not a table"), url, path, folder, upstream) with { IsMirror = true, Namespace = domain });
        }
        RegistryHost last = Host(file, file.Text("server") is { Length: > 0 } server ? server : null, path, folder, upstream);
        // A mirror that is the registry itself is no mirror: it gets the credentials.
        return [.. hosts.Select(host => host.Authority == last.Authority ? host with { IsMirror = false, Namespace = null } : host), last];
    }

    /// <param name="url">Null: where <paramref name="upstream"/> is.</param>
    private static RegistryHost Host(TomlTable table, string? url, string path, string folder, RegistryHost upstream)
    {
        if (table.Keys.FirstOrDefault(key => !Known.Contains(key)) is { } stranger) throw Bad(path, $"unknown key '{stranger}'{(url is null ? "" : $" of '{url}'")}");
        RegistryHost place = url is null ? upstream : Place(table, url, path, upstream);
        var capabilities = table.Texts("capabilities").Select(word => word.ToLowerInvariant()).ToList();
        if (capabilities.FirstOrDefault(word => word is not ("pull" or "resolve" or "push" or "referrers")) is { } unknown)
            throw Bad(path, $"unknown capability '{unknown}' of '{url}'");
        bool all = capabilities.Count == 0;
        return place with
        {
            Resolves = all || capabilities.Contains("resolve"),
            Pulls = all || capabilities.Contains("pull"),
            Pushes = all || capabilities.Contains("push"),
            SkipVerify = table.Boolean("skip_verify") ? true : null,
            Certificates = Certificates(table, path, folder) is { IsNone: false } own ? own : place.Certificates,
            DialTimeout = table.Text("dial_timeout") is not { Length: > 0 } timeout ? null
                : GoDuration.TryParse(timeout, out TimeSpan patience) && patience > TimeSpan.Zero && patience <= LongestDial ? patience : throw Bad(path, $"'{timeout}' is no duration"),
            Headers = table.Table("header") is { } header ? [.. header.Keys.SelectMany(name => header.Texts(name).Select(value => KeyValuePair.Create(name, value)))] : [],
        };
    }

    private static RegistryHost Place(TomlTable table, string url, string path, RegistryHost upstream)
    {
        if (!Uri.TryCreate(url.Contains("://", StringComparison.Ordinal) ? url : "https://" + url, UriKind.Absolute, out var parsed)
            || parsed.Scheme != Uri.UriSchemeHttps && parsed.Scheme != Uri.UriSchemeHttp)
            throw Bad(path, $"'{url}' is no http or https address");
        string root = parsed.AbsolutePath.TrimEnd('/');
        if (!table.Boolean("override_path") && !root.EndsWith("/v2", StringComparison.Ordinal)) root += "/v2";
        // The name of Docker Hub is not the one of its registry.
        return new RegistryHost { Authority = parsed.Authority == "docker.io" ? upstream.Authority : parsed.Authority, Scheme = parsed.Scheme, Path = root + "/" };
    }

    // ca = "a.pem"    ca = ["a.pem", "b.pem"]    client = "both.pem"    client = ["both.pem"]    client = [["a.cert", "a.key"]]
    private static HostCertificates Certificates(TomlTable table, string path, string folder)
    {
        var clients = new List<(string, string)>();
        switch (table.Value("client"))
        {
            case string one:
                clients.Add((InFolder(one), InFolder(one)));
                break;
            case List<object> list:
                foreach (object item in list)
                {
                    clients.Add(item switch
                    {
                        string both => (InFolder(both), InFolder(both)),
                        List<object> and [string certificate, string key] => (InFolder(certificate), InFolder(key)),
                        _ => throw Bad(path, "'client' must hold files or pairs of files"),
                    });
                }
                break;
        }
        return new HostCertificates([.. table.Texts("ca").Select(InFolder)], clients);
        string InFolder(string file) => Path.GetFullPath(file, folder);
    }

    private static FaultException Bad(string path, string why) => new(FaultKind.InvalidArgument, $"cannot read '{path}': {why}");
}
