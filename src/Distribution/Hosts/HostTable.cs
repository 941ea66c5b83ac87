using Sampan.Faults;

namespace Sampan.Distribution.Hosts;

/// <summary>Which hosts answer for a registry: by containerd's hosts.toml, docker's certs.d and the configured mirrors. Files are read at every question,
/// so a change needs no restart.</summary>
internal sealed class HostTable(RegistryOptions options)
{
    private const string HubDomain = "docker.io";
    private const string HubRegistry = "registry-1.docker.io";

    /// <summary>The registry itself, without mirrors: where one logs in.</summary>
    /// <exception cref="FaultException">InvalidArgument: a file cannot be read.</exception>
    internal RegistryHost Upstream(string domain) => Of(domain)[^1];

    /// <summary>In the order they are asked; the registry itself is the last.</summary>
    /// <exception cref="FaultException">InvalidArgument: a file cannot be read.</exception>
    internal IReadOnlyList<RegistryHost> Of(string domain)
    {
        var upstream = new RegistryHost { Authority = domain is HubDomain ? HubRegistry : domain };
        if (FolderOf(domain) is { } folder)
        {
            string file = Path.Combine(folder, "hosts.toml");
            if (File.Exists(file)) return HostsFile.Read(file, upstream, domain);
            upstream = upstream with { Certificates = HostCertificates.InFolder(folder) };
        }
        return domain is HubDomain ? [.. options.Mirrors.Select(MirrorOf), upstream] : [upstream];
    }

    private string? FolderOf(string domain) => options.HostFolders.SelectMany(root => Names(domain).Select(name => Path.Combine(root, name))).FirstOrDefault(Directory.Exists);

    // registry.example:5000, or as containerd writes it where a colon is no part of names: registry.example_5000_
    private static IEnumerable<string> Names(string domain)
    {
        yield return domain;
        if (domain.LastIndexOf(':') is > 0 and var colon) yield return $"{domain[..colon]}_{domain[(colon + 1)..]}_";
        yield return "_default";
    }

    /// <summary>dockerd's --registry-mirror: for Docker Hub only, and asked as a registry of its own.</summary>
    private RegistryHost MirrorOf(string url)
    {
        var parsed = new Uri(url);
        string? folder = FolderOf(parsed.Authority);
        return new RegistryHost
        {
            Authority = parsed.Authority,
            Scheme = parsed.Scheme,
            Path = parsed.AbsolutePath.TrimEnd('/') + "/v2/",
            IsMirror = true,
            Pushes = false,
            Certificates = folder is null ? HostCertificates.None : HostCertificates.InFolder(folder),
        };
    }
}
