using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Sampan.Distribution;
using Sampan.Engine.Containers;
using Sampan.Engine.Containers.Create;
using Sampan.Images;
using Sampan.Specs.Docker;

namespace Sampan.Engine;

/// <summary><c>docker info</c>, <c>docker version</c>, <c>docker system df</c>.</summary>
public sealed class SystemService
{
    public const string ApiVersion = "1.51";
    public const string MinimumApiVersion = "1.24";
    private const int ShortCommit = 7;
    private volatile DaemonOptions _options;
    private readonly string _engineId;
    private readonly ContainerService _containers;
    private readonly ImageService _images;
    private readonly VolumeService _volumes;
    private readonly bool _cgroupV2;

    internal SystemService(DaemonOptions options, string engineId, ContainerService containers, ImageService images, VolumeService volumes, bool cgroupV2) =>
        (_options, _engineId, _containers, _images, _volumes, _cgroupV2) = (options, engineId, containers, images, volumes, cgroupV2);

    /// <summary>Shows what a reload has changed: <c>docker info</c>.</summary>
    internal void Show(DaemonOptions options) => _options = options;

    /// <summary>This build's version.</summary>
    public static string ProductVersion { get; } =
        typeof(SystemService).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    /// <summary>The name of this engine that outlives the daemon.</summary>
    internal string EngineId => _engineId;

    /// <summary>"overlay2": what info and inspect call the snapshotter.</summary>
    public string StorageDriver => _images.Snapshotter.Name;

    public VersionResponse Version()
    {
        string[] version = ProductVersion.Split('+', 2);
        string commit = version.Length > 1 ? version[1][..Math.Min(ShortCommit, version[1].Length)] : "";
        string built = Environment.ProcessPath is { } program ? Rfc3339.Format(File.GetLastWriteTimeUtc(program)) : "";
        return new VersionResponse
        {
            Platform = new VersionPlatform { Name = "Sampan Engine" },
            Version = version[0],
            ApiVersion = ApiVersion,
            MinApiVersion = MinimumApiVersion,
            GitCommit = commit,
            GoVersion = RuntimeInformation.FrameworkDescription,
            Os = "linux",
            Arch = HostFacts.GoArchitecture,
            KernelVersion = HostFacts.KernelVersion,
            BuildTime = built,
            Components =
            [
                new ComponentVersion
                {
                    Name = "Engine",
                    Version = version[0],
                    Details = new Dictionary<string, string>
                    {
                        ["ApiVersion"] = ApiVersion,
                        ["Arch"] = HostFacts.GoArchitecture,
                        ["BuildTime"] = built,
                        ["Experimental"] = "false",
                        ["GitCommit"] = commit,
                        ["GoVersion"] = RuntimeInformation.FrameworkDescription,
                        ["KernelVersion"] = HostFacts.KernelVersion,
                        ["MinAPIVersion"] = MinimumApiVersion,
                        ["Os"] = "linux",
                    },
                },
                new ComponentVersion { Name = "sampan-runtime", Version = version[0], Details = new Dictionary<string, string> { ["GitCommit"] = commit } },
            ],
        };
    }

    public SystemInfoResponse Info()
    {
        var containers = _containers.List(new ContainerListOptions { All = true });
        var (system, systemVersion) = HostFacts.OperatingSystem();
        int running = containers.Count(container => container.State is "running" or "restarting");
        int paused = containers.Count(container => container.State == "paused");
        return new SystemInfoResponse
        {
            ID = _engineId,
            Containers = containers.Count,
            ContainersRunning = running,
            ContainersPaused = paused,
            ContainersStopped = containers.Count - running - paused,
            Images = _images.List().Count,
            Driver = _images.Snapshotter.Name,
            DriverStatus = [],
            Plugins = new PluginsInfo
            {
                Volume = ["local"],
                Network = ["bridge", "host", "null"],
                Log = [LogDriver.JsonFile, LogDriver.Local, LogDriver.None],
            },
            MemoryLimit = true,
            SwapLimit = _cgroupV2 || File.Exists("/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes"),
            CpuCfsPeriod = true,
            CpuCfsQuota = true,
            CpuShares = true,
            CpuSet = true,
            PidsLimit = true,
            IPv4Forwarding = ReadFlag("/proc/sys/net/ipv4/ip_forward"),
            Debug = _options.Debug,
            NFd = Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(),
            OomKillDisable = !_cgroupV2,
            NGoroutines = ThreadCount(),
            SystemTime = Rfc3339.Format(DateTimeOffset.UtcNow),
            LoggingDriver = _options.LogDriver,
            CgroupDriver = "cgroupfs",
            CgroupVersion = _cgroupV2 ? "2" : "1",
            KernelVersion = HostFacts.KernelVersion,
            OperatingSystem = system,
            OSVersion = systemVersion,
            Architecture = HostFacts.Machine,
            IndexServerAddress = "https://index.docker.io/v1/",
            RegistryConfig = Registries(),
            NCpu = Environment.ProcessorCount,
            MemTotal = (long)HostFacts.MemoryBytes,
            DockerRootDir = _options.DataRoot,
            HttpProxy = WithoutPassword(_options.HttpProxy ?? ProxyOptions.FromEnvironment().Http),
            HttpsProxy = WithoutPassword(_options.HttpsProxy ?? ProxyOptions.FromEnvironment().Https),
            NoProxy = _options.NoProxy ?? ProxyOptions.FromEnvironment().Exceptions,
            Name = Environment.MachineName,
            Labels = _options.Labels,
            ServerVersion = ProductVersion.Split('+')[0],
            Runtimes = new Dictionary<string, RuntimeWithStatus>
            {
                [RuntimeName.Default] = new() { Path = _options.RuntimePath },
                [RuntimeName.Usual] = new() { Path = _options.RuntimePath },
            },
            DefaultRuntime = RuntimeName.Default,
            LiveRestoreEnabled = true,
            InitBinary = Containers.Start.InitProgram.Name,
            SecurityOptions = [.. Spec.AppArmor.IsEnabled ? (string[])["name=apparmor"] : [], "name=seccomp,profile=builtin", .. _cgroupV2 ? (string[])["name=cgroupns"] : []],
            Warnings = null,
        };
    }

    /// <summary>What everything takes on disk, as du(1) counts it: docs/disk-usage.md. Walks the files of every layer, container and volume.</summary>
    public DiskUsageResponse DiskUsage()
    {
        var usage = _images.DiskSpace();
        var containers = _containers.List(new ContainerListOptions { All = true, Size = true, OnDisk = true });
        return new DiskUsageResponse
        {
            LayersSize = usage.Total,
            Images = [.. _images.List().Select(image => new ImageSummary
            {
                Id = image.Id.ToString(),
                Containers = containers.Count(container => container.ImageID == image.Id.ToString()),
                Created = image.Config.CreatedAt?.ToUnixTimeSeconds() ?? 0,
                Labels = image.Config.Config?.Labels,
                RepoTags = [.. image.Tags.Select(tag => tag.FamiliarString)],
                RepoDigests = [.. image.RepoDigests.Select(digest => digest.FamiliarString)],
                SharedSize = usage.Images.GetValueOrDefault(image.Id).Shared,
                Size = usage.Images.GetValueOrDefault(image.Id).Size,
            })],
            Containers = containers,
            Volumes = _volumes.Measure(),
            BuildCache = [],
        };
    }

    private RegistryServiceConfig Registries() => new()
    {
        InsecureRegistryCidrs = [.. _options.InsecureRegistries.Where(registry => registry.Contains('/')), "::1/128", "127.0.0.0/8"],
        IndexConfigs = _options.InsecureRegistries.Where(registry => !registry.Contains('/'))
            .Select(name => new RegistryIndex { Name = name, Secure = false })
            .Append(new RegistryIndex { Name = "docker.io", Secure = true, Official = true, Mirrors = _options.RegistryMirrors })
            .ToDictionary(index => index.Name),
        Mirrors = _options.RegistryMirrors,
    };

    // http://user:secret@proxy:3128: shown as dockerd shows it
    private static string WithoutPassword(string proxy) =>
        Uri.TryCreate(proxy, UriKind.Absolute, out var url) && url.UserInfo.Length > 0 ? new UriBuilder(url) { UserName = "xxxxx", Password = "xxxxx" }.Uri.ToString() : proxy;

    private static bool ReadFlag(string path) => File.Exists(path) && File.ReadAllText(path).Trim() == "1";

    // Threads:	12    proc_pid_status(5)
    private static int ThreadCount() => File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("Threads:", StringComparison.Ordinal)) is { } line
        ? int.Parse(line.AsSpan(8), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) : 0;
}
