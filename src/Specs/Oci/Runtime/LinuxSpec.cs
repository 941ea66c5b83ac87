using System.Text.Json.Serialization;

namespace Sampan.Specs.Oci.Runtime;

/// <summary>https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md</summary>
public sealed record LinuxSpec
{
    public IReadOnlyList<IdMapping>? UidMappings { get; init; }
    public IReadOnlyList<IdMapping>? GidMappings { get; init; }
    /// <summary>Keys are "monotonic" and "boottime".</summary>
    public IReadOnlyDictionary<string, TimeOffset>? TimeOffsets { get; init; }
    public IReadOnlyDictionary<string, string>? Sysctl { get; init; }
    public LinuxResources? Resources { get; init; }
    /// <summary>Absolute: relative to the cgroup mount; "slice:prefix:name" with the systemd manager.</summary>
    public string? CgroupsPath { get; init; }
    public IReadOnlyList<NamespaceSpec>? Namespaces { get; init; }
    public IReadOnlyList<DeviceSpec>? Devices { get; init; }
    public Seccomp? Seccomp { get; init; }
    /// <summary>As <see cref="RuntimeSpecReader"/> leaves it: the document, unparsed, with <see cref="Seccomp"/> null. It is most of a config's
    /// bytes, and who has its compiled form in a cache need not parse it.</summary>
    [JsonIgnore]
    public ReadOnlyMemory<byte> SeccompJson { get; init; }
    /// <summary>"shared", "slave", "private", "unbindable" and their "r" forms.</summary>
    public string? RootfsPropagation { get; init; }
    public IReadOnlyList<string>? MaskedPaths { get; init; }
    public IReadOnlyList<string>? ReadonlyPaths { get; init; }
    public string? MountLabel { get; init; }
    public IntelRdt? IntelRdt { get; init; }
    public MemoryPolicy? MemoryPolicy { get; init; }

    /// <summary>The entry of one type in <see cref="Namespaces"/>; null without one.</summary>
    public NamespaceSpec? Namespace(string type)
    {
        foreach (NamespaceSpec space in Namespaces ?? [])
            if (space.Type == type) return space;
        return null;
    }

    /// <summary>Interfaces of the runtime's network namespace, by name, that move into the container's.</summary>
    public IReadOnlyDictionary<string, NetDevice>? NetDevices { get; init; }
    public Personality? Personality { get; init; }
}

/// <summary>config-linux.md § Namespaces. <see cref="Type"/>: pid, network, mount, ipc, uts, user, cgroup, time.</summary>
public sealed record NamespaceSpec
{
    public required string Type { get; init; }
    /// <summary>The namespace to join; a new one when absent.</summary>
    public string? Path { get; init; }
}

/// <summary>config-linux.md § Devices. <see cref="Type"/>: c, b, u, p.</summary>
public sealed record DeviceSpec
{
    public required string Path { get; init; }
    public required string Type { get; init; }
    public long? Major { get; init; }
    public long? Minor { get; init; }
    public uint? FileMode { get; init; }
    public uint? Uid { get; init; }
    public uint? Gid { get; init; }
}

public sealed record TimeOffset
{
    public long Secs { get; init; }
    public uint Nanosecs { get; init; }
}

/// <summary>personality(2): "LINUX" or "LINUX32".</summary>
public sealed record Personality
{
    public required string Domain { get; init; }
    public IReadOnlyList<string>? Flags { get; init; }
}

/// <summary>config-linux.md § IntelRdt.</summary>
public sealed record IntelRdt
{
    /// <summary>The directory in resctrl; "/" is the default class. The container's id when absent.</summary>
    public string? ClosID { get; init; }
    /// <summary>Lines of the schemata file, written before <see cref="Schemata"/>.</summary>
    public string? L3CacheSchema { get; init; }
    public string? MemBwSchema { get; init; }
    public IReadOnlyList<string>? Schemata { get; init; }
    /// <summary>A monitoring group of the container's own.</summary>
    public bool? EnableMonitoring { get; init; }
}

/// <summary>set_mempolicy(2).</summary>
public sealed record MemoryPolicy
{
    /// <summary>"MPOL_BIND" and the like.</summary>
    public required string Mode { get; init; }
    /// <summary>A list such as "0-3,7".</summary>
    public string? Nodes { get; init; }
    /// <summary>"MPOL_F_STATIC_NODES" and the like.</summary>
    public IReadOnlyList<string>? Flags { get; init; }
}

/// <summary>config-linux.md § Network Devices.</summary>
public sealed record NetDevice
{
    /// <summary>In the container; the same as outside when absent.</summary>
    public string? Name { get; init; }
}
