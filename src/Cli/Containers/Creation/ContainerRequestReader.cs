using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;
using static Sampan.Cli.Containers.Creation.ContainerOptionTable;

namespace Sampan.Cli.Containers.Creation;

/// <summary>The options of run and create into the body of POST /containers/create.</summary>
internal static class ContainerRequestReader
{
    private const double NanoCpus = 1e9;

    /// <param name="arguments">The image, and what follows it.</param>
    /// <param name="variable">Our environment, for -e NAME.</param>
    /// <exception cref="FormatException">Values that cannot be meant; the message is docker's.</exception>
    public static ContainerCreateRequest Read(ParsedOptions options, IReadOnlyList<string> arguments, Func<string, string?> variable)
    {
        var attach = options.Get(Attach);
        bool interactive = options.Get(Interactive), attachStdin = interactive || attach.Contains("stdin");
        string entrypoint = options.Get(Entrypoint);
        string mac = options.Get(MacAddress);
        if (mac.Length > 0 && !EndpointSyntax.IsMac(mac)) throw new FormatException($"{mac} is not a valid mac address");
        if (options.Get(MemorySwappiness) is not -1 and (< 0 or > 100) and var swappiness)
            throw new FormatException($"invalid value: {swappiness}. Valid memory swappiness range is 0-100");
        var ports = new PortSyntax();
        var (binds, anonymous) = ReadVolumes(options);
        foreach (string port in options.Get(Publish)) ports.Publish(port);
        foreach (string port in options.Get(Expose)) ports.Expose(port);
        return new ContainerCreateRequest
        {
            Hostname = options.Get(Hostname),
            Domainname = options.Get(Domainname),
            ExposedPorts = ports.Exposed,
            User = options.Get(User),
            Tty = options.Get(Tty),
            OpenStdin = interactive,
            StdinOnce = interactive && attachStdin,   // the first client's leaving is the end of input
            AttachStdin = attachStdin,
            AttachStdout = attach.Count == 0 || attach.Contains("stdout"),
            AttachStderr = attach.Count == 0 || attach.Contains("stderr"),
            Env = KeyValueFile.Environment(options.Get(EnvFile), options.Get(Env), variable, "--env-file"),
            Cmd = arguments.Count > 1 ? [.. arguments.Skip(1)] : null,
            Image = arguments[0],
            Volumes = anonymous,
            Entrypoint = entrypoint.Length > 0 ? [entrypoint] : options.Has(Entrypoint) ? [""] : null,
            WorkingDir = options.Get(Workdir),
            Labels = KeyValueFile.Labels(options.Get(LabelFile), options.Get(Label)),
            StopSignal = options.Get(StopSignal),
            StopTimeout = options.Has(StopTimeout) ? (int)options.Get(StopTimeout) : null,
            Healthcheck = HealthSyntax.Read(options),
            HostConfig = ReadHost(options, binds, ports),
            NetworkingConfig = new NetworkingConfig { EndpointsConfig = EndpointSyntax.Read(options) },
        };
    }

    private static HostConfig ReadHost(ParsedOptions options, IReadOnlyList<string> binds, PortSyntax ports)
    {
        var security = options.Get(SecurityOpt).Select(SecuritySyntax.Read).ToList();
        bool bare = security.RemoveAll(option => option == SecuritySyntax.UnconfinedPaths) > 0;
        var restart = RestartSyntax.Parse(options.Get(Restart));
        if (options.Get(ContainerOptionTable.Remove) && restart.Name is not ("" or "no"))
            throw new FormatException("conflicting options: cannot specify both --restart and --rm");
        if (options.Get(LogDriver) == "none" && options.Get(LogOpt).Count > 0) throw new FormatException("invalid logging opts for driver none");
        if (options.Get(StorageOpt).Any(option => !option.Contains('=', StringComparison.Ordinal))) throw new FormatException("invalid storage option");
        var host = ReadResources(options);
        return host with
        {
            Binds = binds,
            ContainerIDFile = options.Get(ContainerOptionTable.CidFile),
            OomScoreAdj = (int)options.Get(OomScoreAdj),
            AutoRemove = options.Get(ContainerOptionTable.Remove),
            Privileged = options.Get(Privileged),
            PortBindings = ports.Bindings,
            PublishAllPorts = options.Get(PublishAll),
            Links = options.Get(Link),
            Dns = options.Get(Dns),
            DnsSearch = options.Get(DnsSearch),
            DnsOptions = options.Get(DnsOption),
            ExtraHosts = options.Get(AddHost),
            VolumesFrom = options.Get(VolumesFrom),
            VolumeDriver = options.Get(VolumeDriver),
            Mounts = options.Get(Mount),
            Tmpfs = options.Get(Tmpfs).ToDictionary(text => text.Split(':')[0], text => text.Split(':', 2) is [_, var rest] ? rest : ""),
            NetworkMode = options.Get(Network) is [var first, ..] ? first.Target : "default",
            IpcMode = options.Get(Ipc),
            PidMode = Mode(options.Get(Pid), "--pid: invalid PID mode", "host", "container:"),
            UTSMode = Mode(options.Get(Uts), "--uts: invalid UTS mode", "host"),
            UsernsMode = Mode(options.Get(Userns), "--userns: invalid USER mode", "host"),
            CgroupnsMode = Mode(options.Get(Cgroupns), "--cgroupns: invalid CGROUP mode", "host", "private"),
            CapAdd = [.. options.Get(CapAdd).Select(CapabilityName)],
            CapDrop = [.. options.Get(CapDrop).Select(CapabilityName)],
            GroupAdd = options.Get(GroupAdd),
            RestartPolicy = restart,
            SecurityOpt = security,
            MaskedPaths = bare ? [] : null,
            ReadonlyPaths = bare ? [] : null,
            StorageOpt = KeyValueFile.ToMap(options.Get(StorageOpt)),
            ReadonlyRootfs = options.Get(ReadOnly),
            LogConfig = new LogConfig { Type = options.Get(LogDriver), Config = KeyValueFile.ToMap(options.Get(LogOpt)) },
            Isolation = options.Get(Isolation),
            ShmSize = options.Get(ShmSize),
            Sysctls = KeyValueFile.ToMap(options.Get(Sysctl)),
            Runtime = options.Get(ContainerOptionTable.Runtime),
            Annotations = KeyValueFile.ToMap(options.Get(Annotation)),
            Init = options.Has(Init) ? options.Get(Init) : null,
        };
    }

    private static HostConfig ReadResources(ParsedOptions options) => new()
    {
        CgroupParent = options.Get(CgroupParent),
        Memory = options.Get(Memory),
        MemoryReservation = options.Get(MemoryReservation),
        MemorySwap = options.Get(MemorySwap),
        MemorySwappiness = options.Get(MemorySwappiness),
        OomKillDisable = options.Get(OomKillDisable),
        NanoCpus = (long)Math.Round(options.Get(Cpus) * NanoCpus),
        CpuCount = options.Get(CpuCount),
        CpuPercent = options.Get(CpuPercent),
        CpuShares = options.Get(CpuShares),
        CpuPeriod = options.Get(CpuPeriod),
        CpuQuota = options.Get(CpuQuota),
        CpuRealtimePeriod = options.Get(CpuRtPeriod),
        CpuRealtimeRuntime = options.Get(CpuRtRuntime),
        CpusetCpus = options.Get(CpusetCpus),
        CpusetMems = options.Get(CpusetMems),
        PidsLimit = options.Get(PidsLimit),
        BlkioWeight = (ushort)options.Get(BlkioWeight),
        BlkioWeightDevice = options.Get(BlkioWeightDevice),
        BlkioDeviceReadBps = options.Get(DeviceReadBps),
        BlkioDeviceWriteBps = options.Get(DeviceWriteBps),
        BlkioDeviceReadIOps = options.Get(DeviceReadIops),
        BlkioDeviceWriteIOps = options.Get(DeviceWriteIops),
        IOMaximumIOps = (ulong)options.Get(IoMaxIops),
        IOMaximumBandwidth = (ulong)options.Get(IoMaxBandwidth),
        Ulimits = [.. options.Get(Ulimits).OrderBy(limit => limit.Name, StringComparer.Ordinal)],
        DeviceCgroupRules = options.Get(DeviceCgroupRule),
        Devices = [.. options.Get(Device).Select(DeviceSyntax.Parse)],
        DeviceRequests = options.Get(Gpus),
    };

    private static (List<string> Binds, Dictionary<string, EmptyObject> Anonymous) ReadVolumes(ParsedOptions options)
    {
        var binds = new List<string>();
        var anonymous = new Dictionary<string, EmptyObject>(StringComparer.Ordinal);
        foreach (string volume in options.Get(ContainerOptionTable.Volume))
        {
            if (VolumeSyntax.ToBind(volume) is { } bind) binds.Add(bind);
            else anonymous[volume] = default;
        }
        return (binds, anonymous);
    }

    /// <summary>"net_admin" is short for CAP_NET_ADMIN. capabilities(7).</summary>
    private static string CapabilityName(string text)
    {
        string name = text.Trim().ToUpperInvariant();
        return name == "ALL" || name.StartsWith("CAP_", StringComparison.Ordinal) ? name : "CAP_" + name;
    }

    /// <param name="known">Whole values, and prefixes that end with a colon.</param>
    private static string Mode(string text, string complaint, params ReadOnlySpan<string> known)
    {
        if (text.Length == 0) return text;
        foreach (string mode in known)
            if (mode.EndsWith(':') ? text.StartsWith(mode, StringComparison.Ordinal) && text.Length > mode.Length : text == mode) return text;
        throw new FormatException(complaint);
    }
}
