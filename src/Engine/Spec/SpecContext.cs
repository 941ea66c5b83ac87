namespace Sampan.Engine.Spec;

/// <summary>What the start of a container found out, and its specification needs: paths on the host, ids, namespaces of others.</summary>
internal sealed record SpecContext
{
    public required Containers.ContainerDocument Document { get; init; }
    /// <summary>The bundle's folder.</summary>
    public required string Bundle { get; init; }
    public required ResolvedUser User { get; init; }
    /// <summary>The empty mount point that becomes the container's root, relative to the bundle.</summary>
    public string RootPath { get; init; } = "rootfs";
    public required string Hostname { get; init; }
    /// <summary>Host files bound on /etc/hosts, /etc/hostname and /etc/resolv.conf.</summary>
    public required string HostsPath { get; init; }
    public required string HostnamePath { get; init; }
    public required string ResolvConfPath { get; init; }
    /// <summary>Where the network namespace is; null: the host's.</summary>
    public required string? NetworkNamespace { get; init; }
    /// <summary>Namespaces of another container; null: not shared with one.</summary>
    public string? PidNamespace { get; init; }
    public string? IpcNamespace { get; init; }
    /// <summary>A directory of the host bound on /dev/shm; null: a tmpfs of the container's own, "" : none.</summary>
    public string? ShmSource { get; init; }
    public required long ShmSize { get; init; }
    public required string CgroupsPath { get; init; }
    public required bool CgroupV2 { get; init; }
    /// <summary>The small init of <c>--init</c>; null: the process is pid 1 itself.</summary>
    public string? InitPath { get; init; }
}
