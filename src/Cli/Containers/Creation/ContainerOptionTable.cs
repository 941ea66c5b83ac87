using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Containers.Creation;

/// <summary>The options that `run` and `create` share: one row for each field of the API they set.</summary>
internal static class ContainerOptionTable
{
    // What runs
    public static readonly Option<IReadOnlyList<string>> Attach = Options.List("attach", 'a', "Attach to stdin, stdout or stderr", StreamName);
    public static readonly Option<IReadOnlyList<string>> Env = Options.List("env", 'e', "Set an environment variable: NAME=value, or NAME to pass ours on", KeyValueFile.CheckVariable);
    public static readonly Option<IReadOnlyList<string>> EnvFile = Options.List("env-file", '\0', "Read environment variables from a file, one a line");
    public static readonly Option<string> Entrypoint = Options.Text("entrypoint", '\0', "Program to run instead of the image's entrypoint");
    public static readonly Option<string> Hostname = Options.Text("hostname", 'h', "Host name inside the container");
    public static readonly Option<string> Domainname = Options.Text("domainname", '\0', "NIS domain name inside the container");
    public static readonly Option<bool> Interactive = Options.Switch("interactive", 'i', "Keep stdin open, attached or not");
    public static readonly Option<bool> Tty = Options.Switch("tty", 't', "Give the container a terminal");
    public static readonly Option<string> User = Options.Text("user", 'u', "User to run as: name or uid, and :group or :gid if wanted");
    public static readonly Option<string> Workdir = Options.Text("workdir", 'w', "Working directory inside the container");
    public static readonly Option<IReadOnlyList<string>> Label = Options.List("label", 'l', "Label the container: key=value", KeyValueFile.CheckLabel);
    public static readonly Option<IReadOnlyList<string>> LabelFile = Options.List("label-file", '\0', "Read labels from a file, one a line");
    public static readonly Option<IReadOnlyList<string>> Annotation = Options.List("annotation", '\0', "Annotation handed to the OCI runtime: key=value", type: "map");
    public static readonly Option<string> StopSignal = Options.Text("stop-signal", '\0', "Signal that asks the container to stop");
    public static readonly Option<long> StopTimeout = Options.Integer("stop-timeout", '\0', "Seconds a stop waits before it kills");
    public static readonly Option<string> Restart = Options.Text("restart", '\0', "When to start it again: no, on-failure[:max], always, unless-stopped", "no");
    public static readonly Option<bool> Remove = Options.Switch("rm", '\0', "Remove the container and its anonymous volumes once it has ended");
    public static readonly Option<bool> Init = Options.Switch("init", '\0', "Run a small init that forwards signals and reaps processes");
    public static readonly Option<string> Runtime = Options.Text("runtime", '\0', "OCI runtime to run it with");
    public static readonly Option<string> Isolation = Options.Text("isolation", '\0', "Isolation technology");
    public static readonly Option<string> CidFile = Options.Text("cidfile", '\0', "Write the container's id to this file, which must not exist");

    // Privileges
    public static readonly Option<IReadOnlyList<string>> CapAdd = Options.List("cap-add", '\0', "Add a capability, or ALL");
    public static readonly Option<IReadOnlyList<string>> CapDrop = Options.List("cap-drop", '\0', "Drop a capability, or ALL");
    public static readonly Option<bool> Privileged = Options.Switch("privileged", '\0', "All capabilities and devices, no confinement");
    public static readonly Option<IReadOnlyList<string>> SecurityOpt = Options.List("security-opt", '\0', "Confinement: seccomp=, apparmor= or label=, no-new-privileges, systempaths=unconfined");
    public static readonly Option<string> Userns = Options.Text("userns", '\0', "User namespace: host, or the engine's default");
    public static readonly Option<string> Cgroupns = Options.Text("cgroupns", '\0', "Cgroup namespace: host or private");
    public static readonly Option<string> Ipc = Options.Text("ipc", '\0', "IPC namespace: none, private, shareable, host or container:<name|id>");
    public static readonly Option<string> Pid = Options.Text("pid", '\0', "PID namespace: host or container:<name|id>");
    public static readonly Option<string> Uts = Options.Text("uts", '\0', "UTS namespace: host");
    public static readonly Option<IReadOnlyList<string>> GroupAdd = Options.List("group-add", '\0', "Another group to be in");
    public static readonly Option<bool> ReadOnly = Options.Switch("read-only", '\0', "Mount the root file system read-only");
    public static readonly Option<IReadOnlyList<string>> Sysctl = Options.List("sysctl", '\0', "Kernel parameter of the container's namespaces: name=value", SysctlSyntax.Check, type: "map");
    public static readonly Option<IReadOnlyList<Ulimit>> Ulimits = Options.ListOf("ulimit", '\0', "ulimit", "Resource limit of processes: name=soft[:hard]", UlimitSyntax.Parse);

    // Network
    public static readonly Option<IReadOnlyList<NetworkAttachment>> Network = Options.ListOf("network", '\0', "network", "Network to join: name, bridge, host, none, container:<name|id>", NetworkSyntax.Parse);
    public static readonly Option<IReadOnlyList<NetworkAttachment>> Net = Options.ListOf("net", '\0', "network", "Older spelling of --network", NetworkSyntax.Parse, hidden: true, aliasOf: Network);
    public static readonly Option<IReadOnlyList<string>> NetworkAlias = Options.List("network-alias", '\0', "Another name of the container in its network");
    public static readonly Option<IReadOnlyList<string>> NetAlias = Options.List("net-alias", '\0', "Older spelling of --network-alias", hidden: true, aliasOf: NetworkAlias);
    public static readonly Option<IReadOnlyList<string>> Publish = Options.List("publish", 'p', "Publish a port on the host: [[ip:]host:]container[/protocol], ranges too");
    public static readonly Option<bool> PublishAll = Options.Switch("publish-all", 'P', "Publish every exposed port on a free port of the host");
    public static readonly Option<IReadOnlyList<string>> Expose = Options.List("expose", '\0', "Expose a port or a range of ports");
    public static readonly Option<IReadOnlyList<string>> AddHost = Options.List("add-host", '\0', "Line of /etc/hosts: name:address", NetworkSyntax.CheckHost);
    public static readonly Option<IReadOnlyList<string>> Dns = Options.List("dns", '\0', "Address of a DNS server", NetworkSyntax.CheckAddress);
    public static readonly Option<IReadOnlyList<string>> DnsOption = Options.List("dns-option", '\0', "Option of resolv.conf");
    public static readonly Option<IReadOnlyList<string>> DnsOpt = Options.List("dns-opt", '\0', "Older spelling of --dns-option", hidden: true, aliasOf: DnsOption);
    public static readonly Option<IReadOnlyList<string>> DnsSearch = Options.List("dns-search", '\0', "DNS search domain");
    public static readonly Option<string> Ip = Options.Text("ip", '\0', "IPv4 address in the network");
    public static readonly Option<string> Ip6 = Options.Text("ip6", '\0', "IPv6 address in the network");
    public static readonly Option<IReadOnlyList<string>> LinkLocalIp = Options.List("link-local-ip", '\0', "Link-local address");
    public static readonly Option<IReadOnlyList<string>> Link = Options.List("link", '\0', "Link to another container: name[:alias]", NetworkSyntax.CheckLink);
    public static readonly Option<string> MacAddress = Options.Text("mac-address", '\0', "MAC address in the network");

    // Storage and logs
    public static readonly Option<IReadOnlyList<string>> Volume = Options.List("volume", 'v', "Bind mount or volume: [source:]target[:options]");
    public static readonly Option<string> VolumeDriver = Options.Text("volume-driver", '\0', "Driver of volumes made for this container");
    public static readonly Option<IReadOnlyList<string>> VolumesFrom = Options.List("volumes-from", '\0', "Mount the volumes of another container");
    public static readonly Option<IReadOnlyList<MountRequest>> Mount = Options.ListOf("mount", '\0', "mount", "Mount given by fields: type=bind,source=/a,target=/b (or volume, tmpfs, image)", MountSyntax.Parse);
    public static readonly Option<IReadOnlyList<string>> Tmpfs = Options.List("tmpfs", '\0', "Mount a tmpfs: path[:options]");
    public static readonly Option<IReadOnlyList<string>> StorageOpt = Options.List("storage-opt", '\0', "Option of the storage driver: key=value");
    public static readonly Option<long> ShmSize = Options.Bytes("shm-size", '\0', "Size of /dev/shm");
    public static readonly Option<string> LogDriver = Options.Text("log-driver", '\0', "Where its output is logged to");
    public static readonly Option<IReadOnlyList<string>> LogOpt = Options.List("log-opt", '\0', "Option of the log driver: key=value");

    // Health
    public static readonly Option<string> HealthCmd = Options.Text("health-cmd", '\0', "Shell command that checks health");
    public static readonly Option<TimeSpan> HealthInterval = Options.Duration("health-interval", '\0', "Time between two checks");
    public static readonly Option<long> HealthRetries = Options.Integer("health-retries", '\0', "Failures in a row that mean unhealthy");
    public static readonly Option<TimeSpan> HealthTimeout = Options.Duration("health-timeout", '\0', "Longest time of one check");
    public static readonly Option<TimeSpan> HealthStartPeriod = Options.Duration("health-start-period", '\0', "Time to come up in which failures do not count");
    public static readonly Option<TimeSpan> HealthStartInterval = Options.Duration("health-start-interval", '\0', "Time between two checks in the start period");
    public static readonly Option<bool> NoHealthcheck = Options.Switch("no-healthcheck", '\0', "No health check, whatever the image says");

    // Resources
    public static readonly Option<long> BlkioWeight = Options.Integer("blkio-weight", '\0', "Weight of block IO: 10 to 1000", type: "uint16");
    public static readonly Option<IReadOnlyList<WeightDevice>> BlkioWeightDevice = Options.ListOf("blkio-weight-device", '\0', "list", "Weight of one device: path:weight", BlockIoSyntax.ParseWeight);
    public static readonly Option<IReadOnlyList<ThrottleDevice>> DeviceReadBps = Options.ListOf("device-read-bps", '\0', "list", "Most bytes a second read from a device: path:rate", BlockIoSyntax.ParseBytesRate);
    public static readonly Option<IReadOnlyList<ThrottleDevice>> DeviceReadIops = Options.ListOf("device-read-iops", '\0', "list", "Most reads a second from a device: path:rate", BlockIoSyntax.ParseOperationsRate);
    public static readonly Option<IReadOnlyList<ThrottleDevice>> DeviceWriteBps = Options.ListOf("device-write-bps", '\0', "list", "Most bytes a second written to a device: path:rate", BlockIoSyntax.ParseBytesRate);
    public static readonly Option<IReadOnlyList<ThrottleDevice>> DeviceWriteIops = Options.ListOf("device-write-iops", '\0', "list", "Most writes a second to a device: path:rate", BlockIoSyntax.ParseOperationsRate);
    public static readonly Option<string> CgroupParent = Options.Text("cgroup-parent", '\0', "Cgroup to make the container's cgroup in");
    public static readonly Option<double> Cpus = Options.Decimal("cpus", '\0', "CPUs it may use, such as 1.5");
    public static readonly Option<long> CpuPeriod = Options.Integer("cpu-period", '\0', "CFS period in microseconds");
    public static readonly Option<long> CpuQuota = Options.Integer("cpu-quota", '\0', "CFS quota in each period, microseconds");
    public static readonly Option<long> CpuRtPeriod = Options.Integer("cpu-rt-period", '\0', "Real-time period in microseconds");
    public static readonly Option<long> CpuRtRuntime = Options.Integer("cpu-rt-runtime", '\0', "Real-time runtime in each period, microseconds");
    public static readonly Option<long> CpuShares = Options.Integer("cpu-shares", 'c', "Relative weight of CPU time");
    public static readonly Option<string> CpusetCpus = Options.Text("cpuset-cpus", '\0', "CPUs to run on: 0-3 or 0,1");
    public static readonly Option<string> CpusetMems = Options.Text("cpuset-mems", '\0', "Memory nodes to use: 0-3 or 0,1");
    public static readonly Option<long> CpuCount = Options.Integer("cpu-count", '\0', "CPU count (Windows)");
    public static readonly Option<long> CpuPercent = Options.Integer("cpu-percent", '\0', "CPU percent (Windows)");
    public static readonly Option<long> IoMaxBandwidth = Options.Bytes("io-maxbandwidth", '\0', "Most IO bandwidth (Windows)");
    public static readonly Option<long> IoMaxIops = Options.Integer("io-maxiops", '\0', "Most IO operations (Windows)", type: "uint");
    public static readonly Option<IReadOnlyList<string>> Device = Options.List("device", '\0', "Device of the host: path[:path in the container][:rwm]");
    public static readonly Option<IReadOnlyList<string>> DeviceCgroupRule = Options.List("device-cgroup-rule", '\0', "Device access rule: 'c 1:3 rwm'", DeviceSyntax.CheckRule);
    public static readonly Option<IReadOnlyList<DeviceRequest>> Gpus = Options.ListOf("gpus", '\0', "gpu-request", "GPUs: a count, all, or device=…", GpuSyntax.Parse);
    public static readonly Option<long> KernelMemory = Options.Bytes("kernel-memory", '\0', "Kernel memory limit (gone from the kernel)", unsupported: true);
    public static readonly Option<long> Memory = Options.Bytes("memory", 'm', "Most memory");
    public static readonly Option<long> MemoryReservation = Options.Bytes("memory-reservation", '\0', "Memory to come down to when the host is short");
    public static readonly Option<long> MemorySwap = Options.Bytes("memory-swap", '\0', "Most memory and swap together; -1 for unlimited swap", unlimited: true);
    public static readonly Option<long> MemorySwappiness = Options.Integer("memory-swappiness", '\0', "Swappiness, 0 to 100", -1);
    public static readonly Option<bool> OomKillDisable = Options.Switch("oom-kill-disable", '\0', "Wait for memory instead of killing");
    public static readonly Option<long> OomScoreAdj = Options.Integer("oom-score-adj", '\0', "Preference of the OOM killer, -1000 to 1000");
    public static readonly Option<long> PidsLimit = Options.Integer("pids-limit", '\0', "Most processes and threads; -1 for unlimited");

    public static IReadOnlyList<Option> All =>
    [
        Attach, Env, EnvFile, Entrypoint, Hostname, Domainname, Interactive, Tty, User, Workdir, Label, LabelFile, Annotation, StopSignal,
        StopTimeout, Restart, Remove, Init, Runtime, Isolation, CidFile,
        CapAdd, CapDrop, Privileged, SecurityOpt, Userns, Cgroupns, Ipc, Pid, Uts, GroupAdd, ReadOnly, Sysctl, Ulimits,
        Network, Net, NetworkAlias, NetAlias, Publish, PublishAll, Expose, AddHost, Dns, DnsOption, DnsOpt, DnsSearch, Ip, Ip6, LinkLocalIp, Link, MacAddress,
        Volume, VolumeDriver, VolumesFrom, Mount, Tmpfs, StorageOpt, ShmSize, LogDriver, LogOpt,
        HealthCmd, HealthInterval, HealthRetries, HealthTimeout, HealthStartPeriod, HealthStartInterval, NoHealthcheck,
        BlkioWeight, BlkioWeightDevice, DeviceReadBps, DeviceReadIops, DeviceWriteBps, DeviceWriteIops, CgroupParent, Cpus, CpuPeriod, CpuQuota,
        CpuRtPeriod, CpuRtRuntime, CpuShares, CpusetCpus, CpusetMems, CpuCount, CpuPercent, IoMaxBandwidth, IoMaxIops, Device, DeviceCgroupRule, Gpus,
        KernelMemory, Memory, MemoryReservation, MemorySwap, MemorySwappiness, OomKillDisable, OomScoreAdj, PidsLimit,
    ];

    private static string StreamName(string text) => text.ToLowerInvariant() is var name and ("stdin" or "stdout" or "stderr") ? name
        : throw new FormatException("valid streams are STDIN, STDOUT and STDERR");
}
