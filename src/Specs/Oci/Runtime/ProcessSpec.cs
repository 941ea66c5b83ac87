namespace Sampan.Specs.Oci.Runtime;

/// <summary>What runs in the container. https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md § Process.
/// Also the document that <c>exec --process</c> takes.</summary>
public sealed record ProcessSpec
{
    public bool? Terminal { get; init; }
    public ConsoleSize? ConsoleSize { get; init; }
    public UserSpec User { get; init; } = new();
    public IReadOnlyList<string> Args { get; init; } = [];
    public IReadOnlyList<string>? Env { get; init; }
    /// <summary>Absolute path in the container.</summary>
    public required string Cwd { get; init; }
    public CapabilitiesSpec? Capabilities { get; init; }
    public IReadOnlyList<RlimitSpec>? Rlimits { get; init; }
    public bool? NoNewPrivileges { get; init; }
    public string? ApparmorProfile { get; init; }
    /// <summary>-1000 to 1000.</summary>
    public int? OomScoreAdj { get; init; }
    public SchedulerSpec? Scheduler { get; init; }
    public string? SelinuxLabel { get; init; }
    public IOPrioritySpec? IoPriority { get; init; }
    public CpuAffinitySpec? ExecCPUAffinity { get; init; }
}

/// <summary>Characters of a terminal.</summary>
public sealed record ConsoleSize
{
    public ushort Height { get; init; }
    public ushort Width { get; init; }
}

/// <summary>Ids in the container's user namespace.</summary>
public sealed record UserSpec
{
    public uint Uid { get; init; }
    public uint Gid { get; init; }
    /// <summary>Octal 0 to 0777.</summary>
    public uint? Umask { get; init; }
    public IReadOnlyList<uint>? AdditionalGids { get; init; }
}

/// <summary>Names as in capabilities(7): "CAP_CHOWN".</summary>
public sealed record CapabilitiesSpec
{
    public IReadOnlyList<string>? Bounding { get; init; }
    public IReadOnlyList<string>? Effective { get; init; }
    public IReadOnlyList<string>? Inheritable { get; init; }
    public IReadOnlyList<string>? Permitted { get; init; }
    public IReadOnlyList<string>? Ambient { get; init; }
}

/// <summary>One setrlimit(2); <see cref="Type"/> is "RLIMIT_NOFILE" and the like.</summary>
public sealed record RlimitSpec
{
    public required string Type { get; init; }
    public ulong Hard { get; init; }
    public ulong Soft { get; init; }
}

/// <summary>sched_setattr(2).</summary>
public sealed record SchedulerSpec
{
    public required string Policy { get; init; }
    public int? Nice { get; init; }
    public int? Priority { get; init; }
    public IReadOnlyList<string>? Flags { get; init; }
    /// <summary>Nanoseconds.</summary>
    public ulong? Runtime { get; init; }
    /// <summary>Nanoseconds.</summary>
    public ulong? Deadline { get; init; }
    /// <summary>Nanoseconds.</summary>
    public ulong? Period { get; init; }
}

/// <summary>ioprio_set(2): class "IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE" or "IOPRIO_CLASS_IDLE", priority 0 to 7.</summary>
public sealed record IOPrioritySpec
{
    public required string Class { get; init; }
    public int Priority { get; init; }
}

/// <summary>CPU lists ("0-3,7") before and after the process enters the container's cgroup.</summary>
public sealed record CpuAffinitySpec
{
    public string? Initial { get; init; }
    public string? Final { get; init; }
}
