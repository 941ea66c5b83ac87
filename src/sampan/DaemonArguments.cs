using System.Globalization;
using System.Net;
using Sampan.Engine;
using Sampan.Faults;

namespace Sampan;

/// <summary>The command line of <c>sampan daemon</c>: dockerd's flags, as far as they have a meaning here.</summary>
internal static class DaemonArguments
{
    public const string Usage = """
        Usage:  sampan daemon [OPTIONS]

        Runs the engine: containers, images, networks and volumes behind Docker's API.

        Options:
          -b, --bridge string               Bridge of the default network (default "docker0")
              --bip string                  Address of the bridge, in CIDR form
              --cgroup-parent string        Parent of all containers' cgroups (default "/sampan")
              --config-file string          Directives in a JSON file (default "/etc/sampan/daemon.json", if there is one)
              --data-root string            What survives a reboot (default "/var/lib/sampan")
          -D, --debug                       Log more
              --default-cgroupns-mode string   Cgroup namespace of containers: host or private
              --default-ipc-mode string     IPC namespace of containers: private or shareable (default "private")
              --default-shm-size bytes      Size of /dev/shm of containers (default 64MiB)
              --dns list                    DNS server of containers
              --dns-opt list                DNS option of containers
              --dns-search list             DNS search domain of containers
              --exec-root string            What does not survive a reboot (default "/run/sampan")
              --fixed-cidr string           Addresses of the bridge's subnet for containers
          -G, --group string                Group of the unix socket (default "docker")
          -H, --host list                   Where to listen: unix:///path, tcp://address:port or fd:// (default "unix:///run/sampan/sampan.sock")
              --http-proxy string           Proxy for http:// registries (default: the environment's HTTP_PROXY)
              --https-proxy string          Proxy for https:// registries (default: the environment's HTTPS_PROXY)
              --icc                         Containers of the bridge reach each other (default true)
              --init                        Run an init in every container that does not say
              --insecure-registry list      Registry that may answer plain HTTP
              --ip ip                       Address that published ports bind to (default 0.0.0.0)
              --ip-forward                  Switch IP forwarding on (default true)
              --ip-masq                     Containers' traffic leaves with the host's address (default true)
              --label list                  Label of this daemon
              --live-restore                Containers outlive the daemon; always so (default true)
              --log-driver string           Log driver of containers: json-file, local or none (default "json-file")
          -l, --log-level string            debug, info, warn, error or fatal (default "info")
              --log-opt map                 Option of the log driver (max-size, max-file, compress, labels, env, tag, …)
              --max-concurrent-downloads int   Layers pulled at once; 0: any number (default 3)
              --max-concurrent-uploads int  Layers pushed at once; 0: any number (default 5)
              --max-download-attempts int   Attempts in a row without a byte gained (default 5)
              --mtu int                     MTU of container networks
              --no-new-privileges           Containers gain no privileges by exec, unless they say
              --no-proxy string             Hosts that are reached without a proxy (default: the environment's NO_PROXY)
          -p, --pidfile string              Write the daemon's pid there
              --registry-config list        Folder of hosts.toml and certificates per registry (default /etc/sampan/certs.d, /etc/docker/certs.d, /etc/containerd/certs.d)
              --registry-mirror list        Mirror of Docker Hub
              --runtime-path string         The runtime executable (default "sampan-runtime" beside this program)
          -s, --storage-driver string       overlay2, native, btrfs or fuse-overlayfs (default: what the data root's file system can)
              --storage-opt map             What one layer may take: layer.max-bytes (default 256g), layer.max-entries (default 10000000)
              --validate                    Check the command line and the file, and leave
          -v, --version                     Print the version and leave

        """;

    private static readonly Dictionary<string, string> Short = new()
    {
        ["-b"] = "--bridge", ["-G"] = "--group", ["-l"] = "--log-level", ["-D"] = "--debug", ["-H"] = "--host", ["-p"] = "--pidfile", ["-s"] = "--storage-driver",
    };

    private static readonly HashSet<string> Booleans = ["--debug", "--icc", "--ip-forward", "--ip-masq", "--live-restore"];

    /// <exception cref="FaultException">InvalidArgument: an unknown flag or a value that cannot be read.</exception>
    public static DaemonOptions Parse(IReadOnlyList<string> args)
    {
        var given = Flags(args);
        var named = given.Select(flag => flag.Name).ToHashSet(StringComparer.Ordinal);
        string? path = given.LastOrDefault(flag => flag.Name is "--config-file")?.Value;
        var options = new DaemonOptions();
        if (path is not null || File.Exists(DaemonFile.DefaultPath))
        {
            path ??= DaemonFile.DefaultPath;
            var directives = DaemonFile.Read(path, IsFlag);
            if (directives.Where(directive => named.Contains(directive.Name)).Select(directive => directive.Name[2..]).Distinct().ToList() is { Count: > 0 } twice)
                throw DaemonFile.Bad(path, $"the following directives are specified both as a flag and in the configuration file: {string.Join(", ", twice)}");
            foreach (var (flag, value) in directives) options = Apply(options, flag, value);
        }
        foreach (var (flag, value) in given) options = Apply(options, flag, value);
        return options;
    }

    /// <summary>Every flag, by its long name, with its value.</summary>
    private static List<DaemonFlag> Flags(IReadOnlyList<string> args)
    {
        var flags = new List<DaemonFlag>();
        for (int i = 0; i < args.Count; i++)
        {
            string word = args[i];
            string? value = null;
            int equals = word.IndexOf('=');
            if (equals > 0)
                (word, value) = (word[..equals], word[(equals + 1)..]);
            string flag = Short.GetValueOrDefault(word, word);
            if (!flag.StartsWith("--", StringComparison.Ordinal))
                throw Invalid($"unexpected argument '{word}'");
            flags.Add(new(flag, value ?? (Booleans.Contains(flag) || DockerdFlags.IsBoolean(flag) ? "true" : ++i < args.Count ? args[i] : throw Invalid($"flag needs an argument: {word}"))));
        }
        return flags;
    }

    private static bool IsFlag(string flag) => (Usage.Contains($" {flag} ", StringComparison.Ordinal) || DockerdFlags.IsKnown(flag)) && flag is not ("--config-file" or "--validate");

    private static DaemonOptions Apply(DaemonOptions options, string flag, string value) => flag switch
    {
        "--host" => options with { Hosts = [.. options.Hosts, value] },
        "--config-file" => options,
        "--data-root" => options with { DataRoot = Path.GetFullPath(value) },
        "--exec-root" => options with { ExecRoot = Path.GetFullPath(value) },
        "--pidfile" => options with { PidFile = Path.GetFullPath(value) },
        "--debug" => options with { Debug = Boolean(flag, value) },
        "--bridge" => options with { Bridge = value },
        "--bip" => options with { BridgeAddress = IPNetworkText(flag, value) },
        "--fixed-cidr" => options with { FixedCidr = IPNetwork.TryParse(value, out var network) ? network : throw Bad(flag, value, "a subnet in CIDR form") },
        "--mtu" => options with { Mtu = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int mtu) ? mtu : throw Bad(flag, value, "bytes") },
        "--ip" => options with { DefaultBindAddress = IPAddress.TryParse(value, out var address) ? address : throw Bad(flag, value, "an address") },
        "--ip-forward" => options with { IpForward = Boolean(flag, value) },
        "--ip-masq" => options with { IpMasquerade = Boolean(flag, value) },
        "--icc" => options with { InterContainerCommunication = Boolean(flag, value) },
        "--cgroup-parent" => options with { CgroupParent = value.StartsWith('/') ? value : "/" + value },
        "--dns" => options with { Dns = [.. options.Dns, IPAddress.TryParse(value, out _) ? value : throw Bad(flag, value, "an address")] },
        "--dns-search" => options with { DnsSearch = [.. options.DnsSearch, value] },
        "--dns-opt" => options with { DnsOptions = [.. options.DnsOptions, value] },
        "--default-ipc-mode" => options with { DefaultIpcMode = value is "private" or "shareable" ? value : throw Bad(flag, value, "private or shareable") },
        "--default-cgroupns-mode" => options with { DefaultCgroupNamespaceMode = value is "private" or "host" ? value : throw Bad(flag, value, "private or host") },
        "--live-restore" => Boolean(flag, value) ? options : throw Bad(flag, value, "true: containers always outlive this daemon"),
        "--default-shm-size" => options with { DefaultShmSize = Bytes(flag, value) },
        "--log-driver" => options with { LogDriver = value },
        "--log-opt" => options with { LogOptions = WithPair(options.LogOptions, flag, value) },
        "--insecure-registry" => options with { InsecureRegistries = [.. options.InsecureRegistries.Union([RegistryArguments.Insecure(value)])] },
        "--registry-mirror" => options with { RegistryMirrors = [.. options.RegistryMirrors.Union([RegistryArguments.Mirror(value)])] },
        "--max-concurrent-downloads" => options with { MaxConcurrentDownloads = RegistryArguments.Concurrent("downloads", value) },
        "--max-concurrent-uploads" => options with { MaxConcurrentUploads = RegistryArguments.Concurrent("uploads", value) },
        "--max-download-attempts" => options with { MaxDownloadAttempts = RegistryArguments.Attempts(value) },
        "--http-proxy" => options with { HttpProxy = value },
        "--https-proxy" => options with { HttpsProxy = value },
        "--no-proxy" => options with { NoProxy = value },
        "--registry-config" => options with { RegistryConfigFolders = [.. options.RegistryConfigFolders, Path.GetFullPath(value)] },
        "--label" => options with { Labels = [.. options.Labels, value] },
        "--runtime-path" => options with { RuntimePath = Path.GetFullPath(value) },
        "--storage-driver" => options with { StorageDriver = value },
        "--storage-opt" => WithStorageOption(options, flag, value),
        "--log-level" => options with { LogLevel = value is "debug" or "info" or "warn" or "error" or "fatal" ? value : throw Bad(flag, value, "debug, info, warn, error or fatal") },
        "--group" => options with { Group = value },
        "--init" => options with { Init = Boolean(flag, value) },
        "--no-new-privileges" => options with { NoNewPrivileges = Boolean(flag, value) },
        "--validate" => options with { Validate = Boolean(flag, value) },
        _ => DockerdFlags.Apply(options, flag, value),
    };

    private static bool Boolean(string flag, string value) => bool.TryParse(value, out bool result) ? result : throw Bad(flag, value, "true or false");

    // 172.30.0.1/24: an address with a prefix, not a network
    private static string IPNetworkText(string flag, string value)
    {
        string[] parts = value.Split('/');
        return parts.Length == 2 && IPAddress.TryParse(parts[0], out _) && int.TryParse(parts[1], out int length) && length is > 0 and <= 30
            ? value : throw Bad(flag, value, "an address in CIDR form, such as 172.17.0.1/16");
    }

    // 64m    1g    67108864
    private static long Bytes(string flag, string value)
    {
        string digits = value.TrimEnd('b', 'B');
        int shift = digits.Length == 0 ? 0 : char.ToLowerInvariant(digits[^1]) switch { 'k' => 10, 'm' => 20, 'g' => 30, _ => 0 };
        return long.TryParse(shift > 0 ? digits[..^1] : digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number << shift : throw Bad(flag, value, "a number with b, k, m or g");
    }

    private static Dictionary<string, string> WithPair(IReadOnlyDictionary<string, string> existing, string flag, string value)
    {
        string[] pair = value.Split('=', 2);
        return pair.Length == 2 ? new Dictionary<string, string>(existing) { [pair[0]] = pair[1] } : throw Bad(flag, value, "key=value");
    }

    private static DaemonOptions WithStorageOption(DaemonOptions options, string flag, string value) => value.Split('=', 2) switch
    {
        ["layer.max-bytes", var bytes] => options with { MaxLayerBytes = Bytes(flag, bytes) },
        ["layer.max-entries", var entries] => options with
        {
            MaxLayerEntries = long.TryParse(entries, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : throw Bad(flag, value, "a number"),
        },
        // overlayfs is tried on the data root, whatever the kernel's version is: there is no check to override.
        ["overlay2.override_kernel_check", "true" or "false" or "1" or "0"] => options,
        [("overlay2.size" or "btrfs.min_space") and var name, _] => throw Invalid($"storage option {name} is not supported: sizes of containers need project quotas or quota groups of the file system, which this engine does not set"),
        [var name, _] => throw Invalid($"storage option '{name}' is not supported: expected layer.max-bytes, layer.max-entries or overlay2.override_kernel_check"),
        _ => throw Bad(flag, value, "key=value"),
    };

    private static FaultException Bad(string flag, string value, string expected) => Invalid($"invalid argument \"{value}\" for \"{flag}\" flag: expected {expected}");

    private static FaultException Invalid(string message) => new(FaultKind.InvalidArgument, message);
}
