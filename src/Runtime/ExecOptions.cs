using Microsoft.Win32.SafeHandles;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime;

/// <summary>One more process in a container.</summary>
public sealed record ExecOptions
{
    /// <summary>Capabilities, user, limits are as said here; nothing is inherited from the container's own process.</summary>
    public required ProcessSpec Process { get; init; }

    /// <summary>Descriptors of the process; null is /dev/null. Not used when it asks for a terminal.</summary>
    public SafeFileHandle? Stdin { get; init; }
    public SafeFileHandle? Stdout { get; init; }
    public SafeFileHandle? Stderr { get; init; }

    /// <summary>How many of our descriptors from 3 on the process gets.</summary>
    public int PreserveFds { get; init; }

    /// <summary>Groups below the container's to join instead of it (<see cref="Sampan.Linux.Cgroups.ICgroup.OpenEntrance"/>).</summary>
    public IReadOnlyDictionary<string, string>? Cgroup { get; init; }

    /// <summary>Goes into a paused container; the process runs when it is resumed.</summary>
    public bool IgnorePaused { get; init; }

    /// <summary>Hears what was asked for and cannot be given on this machine, where runtimes go on without it: a capability that this process does not have.</summary>
    public Action<string>? Warn { get; init; }
}
