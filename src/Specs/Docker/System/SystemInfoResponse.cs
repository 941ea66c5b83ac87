using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>Answer of GET /info. Engine API 1.51, SystemInfo.</summary>
public sealed record SystemInfoResponse
{
    /// <summary>The engine's own id, kept in the data root.</summary>
    public string ID { get; init => field = value ?? ""; } = "";
    public int Containers { get; init; }
    public int ContainersRunning { get; init; }
    public int ContainersPaused { get; init; }
    public int ContainersStopped { get; init; }
    public int Images { get; init; }

    /// <summary>The storage driver.</summary>
    public string Driver { get; init => field = value ?? ""; } = "";

    /// <summary>Pairs of name and value.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? DriverStatus { get; init; }
    public PluginsInfo Plugins { get; init => field = value ?? new(); } = new();
    public bool MemoryLimit { get; init; }
    public bool SwapLimit { get; init; }
    public bool CpuCfsPeriod { get; init; }
    public bool CpuCfsQuota { get; init; }

    [JsonPropertyName("CPUShares")]
    public bool CpuShares { get; init; }

    [JsonPropertyName("CPUSet")]
    public bool CpuSet { get; init; }
    public bool PidsLimit { get; init; }
    public bool IPv4Forwarding { get; init; }
    public bool Debug { get; init; }

    /// <summary>Open file descriptors of the daemon.</summary>
    public int NFd { get; init; }
    public bool OomKillDisable { get; init; }

    /// <summary>Threads of the daemon here.</summary>
    public int NGoroutines { get; init; }

    /// <summary>RFC 3339 with nanoseconds.</summary>
    public string SystemTime { get; init => field = value ?? ""; } = "";
    public string LoggingDriver { get; init => field = value ?? ""; } = "";

    /// <summary>"cgroupfs", "systemd" or "none".</summary>
    public string CgroupDriver { get; init => field = value ?? ""; } = "";

    /// <summary>"1" or "2".</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CgroupVersion { get; init => field = OmitEmpty.Text(value); }
    public int NEventsListener { get; init; }
    public string KernelVersion { get; init => field = value ?? ""; } = "";
    public string OperatingSystem { get; init => field = value ?? ""; } = "";
    public string OSVersion { get; init => field = value ?? ""; } = "";
    public string OSType { get; init => field = value ?? "linux"; } = "linux";

    /// <summary>As uname says: "x86_64".</summary>
    public string Architecture { get; init => field = value ?? ""; } = "";
    public string IndexServerAddress { get; init => field = value ?? ""; } = "";
    public RegistryServiceConfig? RegistryConfig { get; init; }

    [JsonPropertyName("NCPU")]
    public int NCpu { get; init; }

    /// <summary>Bytes.</summary>
    public long MemTotal { get; init; }
    public IReadOnlyList<EmptyObject>? GenericResources { get; init; }
    public string DockerRootDir { get; init => field = value ?? ""; } = "";
    public string HttpProxy { get; init => field = value ?? ""; } = "";
    public string HttpsProxy { get; init => field = value ?? ""; } = "";
    public string NoProxy { get; init => field = value ?? ""; } = "";

    /// <summary>The host's name.</summary>
    public string Name { get; init => field = value ?? ""; } = "";
    public IReadOnlyList<string> Labels { get; init => field = value ?? []; } = [];
    public bool ExperimentalBuild { get; init; }
    public string ServerVersion { get; init => field = value ?? ""; } = "";
    public IReadOnlyDictionary<string, RuntimeWithStatus>? Runtimes { get; init; }
    public string DefaultRuntime { get; init => field = value ?? ""; } = "";
    public SwarmInfo Swarm { get; init => field = value ?? new(); } = new();

    /// <summary>Always true here: containers never stop with the daemon.</summary>
    public bool LiveRestoreEnabled { get; init; }
    public string Isolation { get; init => field = value ?? ""; } = "";
    public string InitBinary { get; init => field = value ?? ""; } = "";
    public ComponentCommit ContainerdCommit { get; init => field = value ?? new(); } = new();
    public ComponentCommit RuncCommit { get; init => field = value ?? new(); } = new();
    public ComponentCommit InitCommit { get; init => field = value ?? new(); } = new();

    /// <summary>"name=seccomp,profile=builtin".</summary>
    public IReadOnlyList<string>? SecurityOptions { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ProductLicense { get; init => field = OmitEmpty.Text(value); }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<NetworkAddressPool>? DefaultAddressPools { get; init => field = OmitEmpty.List(value); }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FirewallInfo? FirewallBackend { get; init; }

    [JsonPropertyName("CDISpecDirs")]
    public IReadOnlyList<string> CdiSpecDirs { get; init => field = value ?? []; } = [];

    /// <summary>Lines the CLI prints on stderr.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }
}
