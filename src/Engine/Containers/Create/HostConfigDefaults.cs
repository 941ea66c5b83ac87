using System.Net;
using Sampan.Engine.Spec;
using Sampan.Faults;
using Sampan.Networks;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Containers.Create;

/// <summary>Fills in what a request left open, so that <c>inspect</c> shows what will happen, and refuses what cannot be.</summary>
internal static class HostConfigDefaults
{
    private const long MinimumMemory = 6 << 20;   // bytes; Docker's

    /// <exception cref="FaultException">InvalidArgument, with the texts Docker's clients know.</exception>
    public static HostConfig Complete(HostConfig host, DaemonOptions daemon, bool cgroupV2)
    {
        ValidateResources(host);
        ValidateRestartPolicy(host.RestartPolicy, host.AutoRemove);
        ValidateModes(host);
        SecurityOptions.Parse(host.SecurityOpt, host.Privileged);
        // Any gateway will do for the check.
        HostsFile.ForContainer(host.ExtraHosts ?? [], null, "", IPAddress.Loopback);
        bool privileged = host.Privileged;
        return host with
        {
            NetworkMode = host.NetworkMode is not ("" or "default") ? host.NetworkMode : daemon.Bridge == Network.NoneName ? Network.NoneName : Network.BridgeName,
            IpcMode = host.IpcMode.Length == 0 ? daemon.DefaultIpcMode : host.IpcMode,
            CgroupnsMode = host.CgroupnsMode.Length > 0 ? host.CgroupnsMode : DefaultCgroupNamespace(daemon, cgroupV2, privileged),
            ShmSize = host.ShmSize > 0 ? host.ShmSize : daemon.DefaultShmSize,
            Runtime = RuntimeName.Resolve(host.Runtime),
            LogConfig = LogDriver.Complete(host.LogConfig, daemon),
            Init = host.Init ?? (daemon.Init ? true : null),
            SecurityOpt = daemon.NoNewPrivileges && host.SecurityOpt?.Any(option => option.StartsWith("no-new-privileges", StringComparison.Ordinal)) is not true
                ? [.. host.SecurityOpt ?? [], "no-new-privileges"] : host.SecurityOpt,
            RestartPolicy = host.RestartPolicy.Name.Length > 0 ? host.RestartPolicy : host.RestartPolicy with { Name = RestartPolicies.No },
            MemorySwap = host.Memory > 0 && host.MemorySwap == 0 ? host.Memory * 2 : host.MemorySwap,
            MemorySwappiness = host.MemorySwappiness is -1 ? null : host.MemorySwappiness,
            PidsLimit = host.PidsLimit is null or <= 0 ? null : host.PidsLimit,
            CpuShares = host.CpuShares is 1 ? 2 : host.CpuShares,
            CapAdd = host.CapAdd is { Count: > 0 } add ? DefaultCapabilities.Normalize(add, "CapAdd") : null,
            CapDrop = host.CapDrop is { Count: > 0 } drop ? DefaultCapabilities.Normalize(drop, "CapDrop") : null,
            MaskedPaths = host.MaskedPaths ?? (privileged ? null : DefaultPaths.Masked),
            ReadonlyPaths = host.ReadonlyPaths ?? (privileged ? null : DefaultPaths.Readonly),
        };
    }

    private static string DefaultCgroupNamespace(DaemonOptions daemon, bool cgroupV2, bool privileged) =>
        privileged && !cgroupV2 ? "host" : daemon.DefaultCgroupNamespaceMode ?? (cgroupV2 ? "private" : "host");

    public static void ValidateResources(ContainerResources host)
    {
        if (host.Memory is > 0 and < MinimumMemory)
            throw Invalid("Minimum memory limit allowed is 6MB");
        if (host.Memory > 0 && host.MemorySwap > 0 && host.MemorySwap < host.Memory)
            throw Invalid("Minimum memoryswap limit should be larger than memory limit, see usage");
        if (host.Memory == 0 && host.MemorySwap > 0)
            throw Invalid("You should always set the Memory limit when using Memoryswap limit, see usage");
        if (host.MemorySwappiness is < -1 or > 100)
            throw Invalid($"Invalid value: {host.MemorySwappiness}, valid memory swappiness range is 0-100");
        if (host.MemoryReservation is > 0 and < MinimumMemory)
            throw Invalid("Minimum memory reservation allowed is 6MB");
        if (host.Memory > 0 && host.MemoryReservation > host.Memory)
            throw Invalid("Minimum memory limit can not be less than memory reservation limit, see usage");
        if (host.NanoCpus > 0 && host.CpuPeriod > 0)
            throw Invalid("Conflicting options: Nano CPUs and CPU Period cannot both be set");
        if (host.NanoCpus > 0 && host.CpuQuota > 0)
            throw Invalid("Conflicting options: Nano CPUs and CPU Quota cannot both be set");
        if (host.NanoCpus < 0 || host.NanoCpus > Environment.ProcessorCount * 1_000_000_000L)
            throw Invalid($"range of CPUs is from 0.01 to {Environment.ProcessorCount}.00, as there are only {Environment.ProcessorCount} CPUs available");
        if (host.CpuPeriod is not 0 and (< 1000 or > 1_000_000))
            throw Invalid("CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
        if (host.CpuQuota is > 0 and < 1000)
            throw Invalid("CPU cfs quota can not be less than 1ms (i.e. 1000)");
        if (host.BlkioWeight is > 0 and (< 10 or > 1000))
            throw Invalid("Range of blkio weight is from 10 to 1000");
        CpuSet.Validate(host.CpusetCpus, "cpuset cpus", "CPUs", "/sys/devices/system/cpu/online");
        CpuSet.Validate(host.CpusetMems, "cpuset mems", "memory nodes", "/sys/devices/system/node/online");
        foreach (var limit in host.Ulimits ?? [])
            if (limit.Hard != -1 && limit.Soft > limit.Hard)
                throw Invalid($"ulimit soft limit must be less than or equal to hard limit: {limit.Soft} > {limit.Hard}");
    }

    public static void ValidateRestartPolicy(RestartPolicy policy, bool autoRemove)
    {
        if (!RestartPolicies.IsKnown(policy.Name))
            throw Invalid($"invalid restart policy: unknown policy '{policy.Name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'");
        if (policy.MaximumRetryCount != 0 && policy.Name != RestartPolicies.OnFailure)
            throw Invalid("invalid restart policy: maximum retry count can only be used with 'on-failure'");
        if (policy.MaximumRetryCount < 0)
            throw Invalid("invalid restart policy: maximum retry count cannot be negative");
        if (autoRemove && policy.Name is not ("" or RestartPolicies.No))
            throw Invalid("can't create 'AutoRemove' container with restart policy");
    }

    private static void ValidateModes(HostConfig host)
    {
        if (host.IpcMode is not ("" or "private" or "shareable" or "host" or "none") && !host.IpcMode.StartsWith("container:", StringComparison.Ordinal))
            throw Invalid($"invalid IPC mode: {host.IpcMode}");
        if (host.PidMode is not ("" or "host") && !host.PidMode.StartsWith("container:", StringComparison.Ordinal))
            throw Invalid($"invalid PID mode: {host.PidMode}");
        if (host.Isolation is not "" && !host.Isolation.Equals("default", StringComparison.OrdinalIgnoreCase))
            throw Invalid($"invalid isolation: \"{host.Isolation}\" - linux only supports 'default'");
        if (host.UTSMode is not ("" or "host"))
            throw Invalid($"invalid UTS mode: {host.UTSMode}");
        if (host.UsernsMode is not ("" or "host"))
            throw Invalid($"invalid user namespace mode: {host.UsernsMode}");
        if (host.CgroupnsMode is not ("" or "private" or "host"))
            throw Invalid($"invalid cgroup namespace mode: {host.CgroupnsMode}");
        if (host.OomScoreAdj is < -1000 or > 1000)
            throw Invalid($"Invalid value {host.OomScoreAdj}, range for oom score adj is [-1000, 1000]");
        if (host.ShmSize < 0)
            throw Invalid("SHM size can not be less than 0");
        if (host.Annotations?.ContainsKey("") is true)
            throw Invalid("invalid Annotations: the empty string is not permitted as an annotation key");
    }

    private static FaultException Invalid(string message) => new(FaultKind.InvalidArgument, message);
}
