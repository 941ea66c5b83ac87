using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Containers.Create;

/// <summary>The one table of request fields that this engine knows and does not support. A field with a value that asks for something is refused
/// by name: nothing is silently dropped.</summary>
internal static class UnsupportedFields
{
    private sealed record Rule(string Field, string Reason, Func<ContainerConfig, HostConfig, bool> IsAskedFor);

    private static readonly Rule[] Rules =
    [
        new("HostConfig.Links", "links are a legacy of the default bridge; use a network with names", (_, host) => host.Links is { Count: > 0 }),
        new("HostConfig.Cgroup", "joining another container's cgroup is not implemented", (_, host) => host.Cgroup.Length > 0),
        new("HostConfig.DeviceRequests", "device requests (GPUs, CDI) are not implemented", (_, host) => host.DeviceRequests is { Count: > 0 }),
        new("HostConfig.KernelMemory", "the kernel has dropped this limit", (_, host) => host.KernelMemory != 0),
        new("HostConfig.KernelMemoryTCP", "not implemented", (_, host) => host.KernelMemoryTCP != 0),
        new("HostConfig.CpuCount", "a Windows option", (_, host) => host.CpuCount != 0),
        new("HostConfig.CpuPercent", "a Windows option", (_, host) => host.CpuPercent != 0),
        new("HostConfig.IOMaximumIOps", "a Windows option", (_, host) => host.IOMaximumIOps != 0),
        new("HostConfig.IOMaximumBandwidth", "a Windows option", (_, host) => host.IOMaximumBandwidth != 0),
        new("HostConfig.Mounts", "image, cluster and npipe mounts are not implemented",
            (_, host) => host.Mounts?.Any(mount => mount.Type is "image" or "cluster" or "npipe" || mount.ClusterOptions is not null) is true),
    ];

    /// <exception cref="FaultException">NotSupported; names every field concerned. Internal, as dockerd: storage options, in its words for a file system without project quotas.</exception>
    public static void Refuse(ContainerConfig config, HostConfig host)
    {
        if (host.StorageOpt is { Count: > 0 }) throw new FaultException(FaultKind.Internal, "--storage-opt is supported only for overlay over xfs with 'pquota' mount option");
        var asked = Rules.Where(rule => rule.IsAskedFor(config, host)).Select(rule => $"{rule.Field} ({rule.Reason})").ToArray();
        if (asked.Length > 0)
            throw new FaultException(FaultKind.NotSupported, $"not supported by this engine: {string.Join("; ", asked)}");
    }
}
