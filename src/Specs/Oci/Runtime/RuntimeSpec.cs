namespace Sampan.Specs.Oci.Runtime;

/// <summary>A bundle's <c>config.json</c>. https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md</summary>
public sealed record RuntimeSpec
{
    /// <summary>The version of the specification that we write.</summary>
    public const string CurrentVersion = "1.3.0";

    public string OciVersion { get; init; } = CurrentVersion;
    public Root? Root { get; init; }
    public ProcessSpec? Process { get; init; }
    public string? Hostname { get; init; }
    public string? Domainname { get; init; }
    /// <summary>Mounted in this order.</summary>
    public IReadOnlyList<MountSpec>? Mounts { get; init; }
    public Hooks? Hooks { get; init; }
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
    public LinuxSpec? Linux { get; init; }
}

/// <summary>config.md § Root.</summary>
public sealed record Root
{
    /// <summary>Absolute, or relative to the bundle.</summary>
    public required string Path { get; init; }
    public bool? Readonly { get; init; }
}

/// <summary>config.md § Mounts.</summary>
public sealed record MountSpec
{
    public required string Destination { get; init; }
    public string? Type { get; init; }
    public string? Source { get; init; }
    public IReadOnlyList<string>? Options { get; init; }
    public IReadOnlyList<IdMapping>? UidMappings { get; init; }
    public IReadOnlyList<IdMapping>? GidMappings { get; init; }
}

/// <summary>config-linux.md § User namespace mappings.</summary>
public sealed record IdMapping
{
    public uint ContainerID { get; init; }
    public uint HostID { get; init; }
    public uint Size { get; init; }
}
