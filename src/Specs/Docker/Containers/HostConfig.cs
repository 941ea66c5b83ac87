using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>How a container meets this host: mounts, namespaces, rights, ports. Engine API 1.51, HostConfig.</summary>
public sealed record HostConfig : ContainerResources
{
    /// <summary>"source:destination[:options]".</summary>
    [JsonPropertyOrder(-1)]
    public IReadOnlyList<string>? Binds { get; init; }

    [JsonPropertyOrder(-1)]
    public string ContainerIDFile { get; init => field = value ?? ""; } = "";

    [JsonPropertyOrder(-1)]
    public LogConfig LogConfig { get; init => field = value ?? new(); } = new();

    /// <summary>"default", "bridge", "host", "none", "container:name" or a network's name.</summary>
    [JsonPropertyOrder(-1)]
    public string NetworkMode { get; init => field = value ?? ""; } = "";

    /// <summary>Keys are "80/tcp".</summary>
    [JsonPropertyOrder(-1)]
    public IReadOnlyDictionary<string, IReadOnlyList<PortBinding>?>? PortBindings { get; init; }

    [JsonPropertyOrder(-1)]
    public RestartPolicy RestartPolicy { get; init => field = value ?? new(); } = new();

    [JsonPropertyOrder(-1)]
    public bool AutoRemove { get; init; }

    [JsonPropertyOrder(-1)]
    public string VolumeDriver { get; init => field = value ?? ""; } = "";

    [JsonPropertyOrder(-1)]
    public IReadOnlyList<string>? VolumesFrom { get; init; }

    /// <summary>Height, width: the terminal's first size.</summary>
    [JsonPropertyOrder(-1)]
    public IReadOnlyList<uint> ConsoleSize { get; init => field = value is { Count: 2 } ? value : [0, 0]; } = [0, 0];

    [JsonPropertyOrder(-1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Annotations { get; init => field = OmitEmpty.Map(value); }

    [JsonPropertyOrder(-1), JsonConverter(typeof(StringOrListConverter))]
    public IReadOnlyList<string>? CapAdd { get; init; }

    [JsonPropertyOrder(-1), JsonConverter(typeof(StringOrListConverter))]
    public IReadOnlyList<string>? CapDrop { get; init; }

    /// <summary>"", "private" or "host".</summary>
    [JsonPropertyOrder(-1)]
    public string CgroupnsMode { get; init => field = value ?? ""; } = "";

    [JsonPropertyOrder(-1)]
    public IReadOnlyList<string>? Dns { get; init; }

    [JsonPropertyOrder(-1)]
    public IReadOnlyList<string>? DnsOptions { get; init; }

    [JsonPropertyOrder(-1)]
    public IReadOnlyList<string>? DnsSearch { get; init; }

    /// <summary>"name:address" or "name=address".</summary>
    [JsonPropertyOrder(-1)]
    public IReadOnlyList<string>? ExtraHosts { get; init; }

    [JsonPropertyOrder(-1)]
    public IReadOnlyList<string>? GroupAdd { get; init; }

    /// <summary>"", "none", "host", "private", "shareable" or "container:name".</summary>
    [JsonPropertyOrder(-1)]
    public string IpcMode { get; init => field = value ?? ""; } = "";

    [JsonPropertyOrder(-1)]
    public string Cgroup { get; init => field = value ?? ""; } = "";

    [JsonPropertyOrder(-1)]
    public IReadOnlyList<string>? Links { get; init; }

    /// <summary>-1000 to 1000.</summary>
    [JsonPropertyOrder(-1)]
    public int OomScoreAdj { get; init; }

    /// <summary>"", "host" or "container:name".</summary>
    [JsonPropertyOrder(-1)]
    public string PidMode { get; init => field = value ?? ""; } = "";

    [JsonPropertyOrder(-1)]
    public bool Privileged { get; init; }

    [JsonPropertyOrder(-1)]
    public bool PublishAllPorts { get; init; }

    [JsonPropertyOrder(-1)]
    public bool ReadonlyRootfs { get; init; }

    /// <summary>"seccomp=unconfined", "no-new-privileges", "apparmor=…", "label=…", "systempaths=unconfined".</summary>
    [JsonPropertyOrder(-1)]
    public IReadOnlyList<string>? SecurityOpt { get; init; }

    [JsonPropertyOrder(-1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? StorageOpt { get; init => field = OmitEmpty.Map(value); }

    /// <summary>Keys are paths in the container, values mount options.</summary>
    [JsonPropertyOrder(-1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Tmpfs { get; init => field = OmitEmpty.Map(value); }

    /// <summary>"" or "host".</summary>
    [JsonPropertyOrder(-1)]
    public string UTSMode { get; init => field = value ?? ""; } = "";

    /// <summary>"" or "host".</summary>
    [JsonPropertyOrder(-1)]
    public string UsernsMode { get; init => field = value ?? ""; } = "";

    /// <summary>Bytes of /dev/shm; 0 means the daemon's default of 64 MiB.</summary>
    [JsonPropertyOrder(-1)]
    public long ShmSize { get; init; }

    [JsonPropertyOrder(-1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Sysctls { get; init => field = OmitEmpty.Map(value); }

    [JsonPropertyOrder(-1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Runtime { get; init => field = OmitEmpty.Text(value); }

    /// <summary>Windows only; "" or "default" here.</summary>
    [JsonPropertyOrder(-1)]
    public string Isolation { get; init => field = value ?? ""; } = "";

    [JsonPropertyOrder(1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MountRequest>? Mounts { get; init => field = OmitEmpty.List(value); }

    /// <summary>null means the default list; [] (systempaths=unconfined) masks nothing.</summary>
    [JsonPropertyOrder(1)]
    public IReadOnlyList<string>? MaskedPaths { get; init; }

    /// <summary>null means the default list.</summary>
    [JsonPropertyOrder(1)]
    public IReadOnlyList<string>? ReadonlyPaths { get; init; }

    /// <summary>Run an init that reaps and forwards signals; null means the daemon's default.</summary>
    [JsonPropertyOrder(1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Init { get; init; }
}
