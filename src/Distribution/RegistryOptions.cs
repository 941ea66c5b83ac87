namespace Sampan.Distribution;

/// <summary>How registries are reached.</summary>
public sealed record RegistryOptions
{
    /// <summary>host, host:port (of another port than the scheme's) or CIDR: reached by plain HTTP when HTTPS does not answer, and certificates are not verified.
    /// Loopback (127.0.0.0/8, ::1) always is one.</summary>
    public IReadOnlyList<string> InsecureRegistries { get; init; } = [];

    /// <summary>http:// or https:// addresses that are asked for Docker Hub's images before it is.</summary>
    public IReadOnlyList<string> Mirrors { get; init; } = [];

    /// <summary>Folders with one folder per registry (host or host:port, or _default): in it containerd's hosts.toml, or docker's *.crt, *.cert and *.key.
    /// The first that has one for the registry counts.</summary>
    public IReadOnlyList<string> HostFolders { get; init; } = ["/etc/sampan/certs.d", "/etc/docker/certs.d", "/etc/containerd/certs.d"];

    /// <summary>Through which proxies; null: as the environment says.</summary>
    public ProxyOptions? Proxy { get; init; }

    /// <summary>Fails a connection attempt.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Fails a request whose answer, or whose body's next bytes, do not come.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Fails an upload that is not confirmed so long after its last byte: a registry may have to copy it first.</summary>
    public TimeSpan CommitTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Attempts in a row without a byte gained before a request is given up.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>Wait before the second attempt; doubles with each further one.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);
}
