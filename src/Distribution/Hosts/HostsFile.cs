using Sampan.Faults;

namespace Sampan.Distribution.Hosts;

/// <summary>containerd's hosts.toml: which hosts answer for a registry, in which order and how. containerd's docs/hosts.md.</summary>
internal static class HostsFile
{
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
                hosts.Add(Host(tables.Table(url) ?? throw Bad(path, $"'host.{url}' is not a table"), url, path, folder) with { IsMirror = true, Namespace = domain });
        }
        RegistryHost last = file.Text("server") is { Length: > 0 } server ? Host(file, server, path, folder)
            : upstream with { Certificates = Certificates(file, path, folder) is { IsNone: false } own ? own : upstream.Certificates, SkipVerify = file.Boolean("skip_verify") ? true : null };
        // A mirror that is the registry itself is no mirror: it gets the credentials.
        return [.. hosts.Select(host => host.Authority == last.Authority ? host with { IsMirror = false, Namespace = null } : host), last];
    }

    private static RegistryHost Host(TomlTable table, string url, string path, string folder)
    {
        if (!Uri.TryCreate(url.Contains("://", StringComparison.Ordinal) ? url : "https://" + url, UriKind.Absolute, out var parsed)
            || parsed.Scheme != Uri.UriSchemeHttps && parsed.Scheme != Uri.UriSchemeHttp)
            throw Bad(path, $"'{url}' is no http or https address");
        string root = parsed.AbsolutePath.TrimEnd('/');
        if (!table.Boolean("override_path") && !root.EndsWith("/v2", StringComparison.Ordinal)) root += "/v2";
        var capabilities = table.Texts("capabilities");
        if (capabilities.FirstOrDefault(word => word is not ("pull" or "resolve" or "push" or "referrers")) is { } unknown)
            throw Bad(path, $"unknown capability '{unknown}' of '{url}'");
        bool all = capabilities.Count == 0;
        return new RegistryHost
        {
            Authority = parsed.Authority,
            Scheme = parsed.Scheme,
            Path = root + "/",
            Resolves = all || capabilities.Contains("resolve"),
            Pulls = all || capabilities.Contains("pull"),
            Pushes = all || capabilities.Contains("push"),
            SkipVerify = table.Boolean("skip_verify") ? true : null,
            Certificates = Certificates(table, path, folder),
            Headers = table.Table("header") is { } header ? [.. header.Keys.SelectMany(name => header.Texts(name).Select(value => KeyValuePair.Create(name, value)))] : [],
        };
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
