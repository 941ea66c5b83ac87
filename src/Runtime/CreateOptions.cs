using Microsoft.Win32.SafeHandles;
using Sampan.Specs;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime;

/// <summary>How a container is created.</summary>
public sealed record CreateOptions
{
    /// <summary>Absolute path of the bundle.</summary>
    public required string Bundle { get; init; }

    /// <summary>The bundle's <see cref="Config"/> is read when null.</summary>
    public RuntimeSpec? Spec { get; init; }

    /// <summary>Path of the configuration, seen from the bundle.</summary>
    public string Config { get; init; } = Container.ConfigName;

    /// <summary>Mounted one over the other in the container's own mount namespace: the last is its root. Empty: the config's root.path is.</summary>
    public IReadOnlyList<Mount> Rootfs { get; init; } = [];

    /// <summary>Descriptors of the container's process; null is /dev/null. Not used when the config asks for a terminal.</summary>
    public SafeFileHandle? Stdin { get; init; }
    public SafeFileHandle? Stdout { get; init; }
    public SafeFileHandle? Stderr { get; init; }

    /// <summary>How many of our descriptors from 3 on the process gets.</summary>
    public int PreserveFds { get; init; }

    /// <summary>Moves the root over "/" instead of pivot_root(2), which cannot leave an initramfs.</summary>
    public bool NoPivot { get; init; }

    /// <summary>Leaves the process in our session keyring instead of a new one.</summary>
    public bool NoNewKeyring { get; init; }

    /// <summary>cgroupsPath is "slice:prefix:name".</summary>
    public bool SystemdCgroup { get; init; }

    /// <summary>The container stays in the cgroup that we are in.</summary>
    public bool NoCgroup { get; init; }

    /// <summary>Goes on without a cgroup where none is within reach, if the config asks for no limits and names no group.</summary>
    public bool MayLackCgroups { get; init; }

    /// <summary>The container gets a socket at which it says that it is ready. sd_notify(3)</summary>
    public bool HasNotifySocket { get; init; }

    /// <summary>Hears what is being done, when somebody wants to know.</summary>
    public Action<string>? Debug { get; init; }

    /// <summary>Hears what was asked for and cannot be given on this machine, where runtimes go on without it: a capability that this process does not have.</summary>
    public Action<string>? Warn { get; init; }
}
