using System.Net;

namespace Sampan.Engine;

/// <summary>What the daemon was started with; the names are dockerd's flags. Validated once at start, immutable after.</summary>
public sealed record DaemonOptions
{
    /// <summary><c>-H</c>: unix:///path, tcp://address:port or fd://. Empty: the default socket.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary><c>--data-root</c>: everything that survives a reboot.</summary>
    public string DataRoot { get; init; } = "/var/lib/sampan";

    /// <summary><c>--exec-root</c>: bundles and sockets, gone after a reboot.</summary>
    public string ExecRoot { get; init; } = "/run/sampan";

    /// <summary><c>--pidfile</c>; null: none is written.</summary>
    public string? PidFile { get; init; }

    /// <summary><c>-D</c>, <c>--debug</c>.</summary>
    public bool Debug { get; init; }

    /// <summary><c>--log-level</c>: debug, info, warn, error or fatal.</summary>
    public string LogLevel { get; init; } = "info";

    /// <summary><c>--validate</c>: nothing is started.</summary>
    public bool Validate { get; init; }

    /// <summary>What the log says of flags that change nothing.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary><c>--group</c>: who may use the unix socket, beside root. A name or number; the default need not be there.</summary>
    public string Group { get; init; } = DefaultGroup;

    public const string DefaultGroup = "docker";

    /// <summary><c>--init</c>: containers that do not say have an init.</summary>
    public bool Init { get; init; }

    /// <summary><c>--no-new-privileges</c>: so do containers that do not say.</summary>
    public bool NoNewPrivileges { get; init; }

    /// <summary><c>--bridge</c>: the default network's bridge device.</summary>
    public string Bridge { get; init; } = "docker0";

    /// <summary><c>--bip</c>: address and prefix of the bridge in CIDR form; null: chosen by the network manager.</summary>
    public string? BridgeAddress { get; init; }

    /// <summary><c>--fixed-cidr</c>: the part of the bridge's subnet that containers get addresses of.</summary>
    public IPNetwork? FixedCidr { get; init; }

    /// <summary><c>--mtu</c>, bytes; 0: the kernel's.</summary>
    public int Mtu { get; init; }

    /// <summary><c>--ip</c>: what published ports without an address bind to.</summary>
    public IPAddress DefaultBindAddress { get; init; } = IPAddress.Any;

    /// <summary><c>--ip-forward</c>, <c>--ip-masq</c>, <c>--icc</c>.</summary>
    public bool IpForward { get; init; } = true;
    public bool IpMasquerade { get; init; } = true;
    public bool InterContainerCommunication { get; init; } = true;

    /// <summary><c>--storage-driver</c>: a name of <see cref="Sampan.Snapshots.Snapshotters"/>; null: chosen by what the file system can.</summary>
    public string? StorageDriver { get; init; }

    /// <summary><c>--storage-opt layer.max-bytes</c>: bytes of tar, uncompressed, at which a layer is refused. Null: 256 GiB.</summary>
    public long? MaxLayerBytes { get; init; }

    /// <summary><c>--storage-opt layer.max-entries</c>: files at which a layer is refused. Null: 10 million.</summary>
    public long? MaxLayerEntries { get; init; }

    /// <summary><c>--cgroup-parent</c>: parent of every container's cgroup.</summary>
    public string CgroupParent { get; init; } = "/sampan";

    /// <summary><c>--dns</c>, <c>--dns-search</c>, <c>--dns-opt</c>: used when a container names none.</summary>
    public IReadOnlyList<string> Dns { get; init; } = [];
    public IReadOnlyList<string> DnsSearch { get; init; } = [];
    public IReadOnlyList<string> DnsOptions { get; init; } = [];

    /// <summary><c>--default-shm-size</c>, bytes.</summary>
    public long DefaultShmSize { get; init; } = 64 << 20;

    /// <summary><c>--default-ipc-mode</c>: private or shareable.</summary>
    public string DefaultIpcMode { get; init; } = "private";

    /// <summary><c>--default-cgroupns-mode</c>: private or host; null: private where cgroup v2 is all there is, as in Docker.</summary>
    public string? DefaultCgroupNamespaceMode { get; init; }

    /// <summary><c>--log-driver</c>: json-file, local or none.</summary>
    public string LogDriver { get; init; } = "json-file";

    /// <summary><c>--log-opt</c> of the default driver.</summary>
    public IReadOnlyDictionary<string, string> LogOptions { get; init; } = new Dictionary<string, string>();

    /// <summary><c>--max-concurrent-downloads</c>, <c>--max-concurrent-uploads</c>: layers on the line at once, of all images together; 0: any number.</summary>
    public int MaxConcurrentDownloads { get; init; } = 3;
    public int MaxConcurrentUploads { get; init; } = 5;

    /// <summary><c>--max-download-attempts</c>: in a row, without a byte gained.</summary>
    public int MaxDownloadAttempts { get; init; } = 5;

    /// <summary><c>--http-proxy</c>, <c>--https-proxy</c>, <c>--no-proxy</c>: how registries are reached; null: as the environment says.</summary>
    public string? HttpProxy { get; init; }
    public string? HttpsProxy { get; init; }
    public string? NoProxy { get; init; }

    /// <summary><c>--insecure-registry</c>: host[:port] or CIDR; loopback is always allowed plain HTTP.</summary>
    public IReadOnlyList<string> InsecureRegistries { get; init; } = [];

    /// <summary><c>--registry-mirror</c>: http or https addresses that are asked for Docker Hub's images first.</summary>
    public IReadOnlyList<string> RegistryMirrors { get; init; } = [];

    /// <summary><c>--registry-config</c>: folders of hosts.toml and certificates per registry. Empty: the usual ones.</summary>
    public IReadOnlyList<string> RegistryConfigFolders { get; init; } = [];

    /// <summary><c>--label</c> of the daemon, shown by <c>docker info</c>.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>The runtime executable that serves as shim; null: <c>sampan-runtime</c> beside this executable.</summary>
    public string? RuntimePath { get; init; }

    /// <summary><c>--shutdown-timeout</c> does not exist here: containers outlive the daemon. This bounds open requests, seconds.</summary>
    public int DrainSeconds { get; init; } = 2;
}
