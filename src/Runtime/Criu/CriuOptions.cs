namespace Sampan.Runtime.Criu;

/// <summary>What criu is to do with control groups. rpc.proto criu_cg_mode, criu(8) --manage-cgroups</summary>
public enum CriuCgroupMode
{
    Ignore = 0,
    Soft = 3,
    Full = 4,
    Strict = 5,
    /// <summary>criu's own choice.</summary>
    Default = 6,
}

/// <summary>How a container is saved or brought back; the names are those of runc's options. criu(8)</summary>
public sealed record CriuOptions
{
    /// <summary>Absolute path of the folder of the images.</summary>
    public required string ImagePath { get; init; }

    /// <summary>Absolute path of the folder of criu's log and statistics; null: <see cref="ImagePath"/>.</summary>
    public string? WorkPath { get; init; }

    /// <summary>The images of an earlier <see cref="PreDump"/>, relative to <see cref="ImagePath"/>: only memory that changed since is saved.</summary>
    public string? ParentPath { get; init; }

    public bool LeaveRunning { get; init; }
    public bool TcpEstablished { get; init; }
    public bool TcpSkipInFlight { get; init; }
    public bool LinkRemap { get; init; }
    public bool ExternalUnixSockets { get; init; }
    public bool ShellJob { get; init; }
    public bool FileLocks { get; init; }

    /// <summary>Saves memory only; the container goes on.</summary>
    public bool PreDump { get; init; }

    public bool AutoDedup { get; init; }
    public bool LazyPages { get; init; }

    /// <summary>Our descriptor to which a zero byte is written when the pages can be asked for (<see cref="LazyPages"/>); null for none.</summary>
    public int? StatusDescriptor { get; init; }

    /// <summary>Where the memory goes instead of into files; null for files.</summary>
    public string? PageServerAddress { get; init; }
    public int PageServerPort { get; init; }

    public CriuCgroupMode Cgroups { get; init; } = CriuCgroupMode.Default;

    /// <summary>TYPE:NAME of the security module's profile that the restored processes get; null: theirs.</summary>
    public string? LsmProfile { get; init; }

    /// <summary>The SELinux context of restored mounts; null: theirs.</summary>
    public string? LsmMountContext { get; init; }

    internal string LogFolder => WorkPath ?? ImagePath;
}
