namespace Sampan.Specs.Oci.Runtime;

/// <summary>What hooks and <c>state</c> are told of a container. https://github.com/opencontainers/runtime-spec/blob/v1.3.0/runtime.md § State</summary>
public sealed record ContainerState
{
    public string OciVersion { get; init; } = RuntimeSpec.CurrentVersion;
    public required string Id { get; init; }
    /// <summary>"creating", "created", "running", "stopped"; runc's "paused".</summary>
    public required string Status { get; init; }
    /// <summary>0 when stopped.</summary>
    public int Pid { get; init; }
    public required string Bundle { get; init; }
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>runc's additions to what <c>state</c> prints.</summary>
    public string? Rootfs { get; init; }
    public DateTime? Created { get; init; }
    public string? Owner { get; init; }

    /// <summary>Ours, in the state directory only: when the init process started, in clock ticks since boot (proc_pid_stat(5), field 22).
    /// Tells it from a later process of the same number.</summary>
    public ulong? InitStartTime { get; init; }

    /// <summary>Ours: where the control group is, as <c>cgroupsPath</c> takes it; null without one.</summary>
    public string? CgroupPath { get; init; }

    /// <summary>Ours: what a relative <see cref="CgroupPath"/> is relative to: the /proc/self/cgroup of the process that made the container.</summary>
    public string? CgroupsOfCreator { get; init; }

    /// <summary>Ours: the systemd unit that the control group is of; null when it is ours alone.</summary>
    public string? SystemdUnit { get; init; }

    /// <summary>Ours: its standard input, output and error at its start, each "pipe:[INODE]", or empty for anything else; null when none is a pipe.
    /// A restore connects them again.</summary>
    public IReadOnlyList<string>? StandardStreams { get; init; }

    /// <summary>Ours: the hooks after its creation that its config names, of "poststart" and "poststop": without any, start and delete need not read it; null when not noted.</summary>
    public IReadOnlyList<string>? LaterHooks { get; init; }
}
