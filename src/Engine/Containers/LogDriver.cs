using System.Globalization;
using Sampan.Faults;
using Sampan.ShimClient;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Containers;

/// <summary>The log drivers: json-file, local (the same lines in a place of its own, rotated and compressed unless told otherwise) and none.</summary>
internal static class LogDriver
{
    public const string JsonFile = "json-file";
    public const string Local = "local";
    public const string None = "none";

    private const long LocalMaxSize = 20 << 20;   // bytes; Docker's
    private const int LocalMaxFiles = 5;

    /// <summary>The daemon's default where the request names none; options are checked.</summary>
    /// <exception cref="FaultException">InvalidArgument, with Docker's texts. NotSupported: a driver or option we do not have.</exception>
    public static LogConfig Complete(LogConfig asked, DaemonOptions daemon)
    {
        string type = asked.Type.Length > 0 ? asked.Type : daemon.LogDriver;
        var options = new Dictionary<string, string>(asked.Type.Length > 0 && asked.Type != daemon.LogDriver ? new Dictionary<string, string>() : daemon.LogOptions);
        foreach (var (name, value) in asked.Config ?? new Dictionary<string, string>())
            options[name] = value;
        var config = new LogConfig { Type = type, Config = options };
        switch (type)
        {
            case None:
                break;
            case JsonFile or Local:
                LogOptions.CheckNames(config);
                Target(config, "/");
                LogOptions.Check(config);
                break;
            case "syslog" or "journald" or "gelf" or "fluentd" or "awslogs" or "splunk" or "gcplogs" or "etwlogs" or "logentries":
                throw new FaultException(FaultKind.NotSupported, $"not supported by this engine: HostConfig.LogConfig.Type '{type}'; use json-file, local or none");
            default:
                throw new FaultException(FaultKind.InvalidArgument, $"error looking up logging plugin {type}: plugin \"{type}\" not found");
        }
        return config;
    }

    /// <summary>The log's current file.</summary>
    public static string PathOf(LogConfig config, string containerFolder, string id) =>
        config.Type == Local ? Path.Combine(containerFolder, "local-logs", "container.log") : Path.Combine(containerFolder, $"{id}-json.log");

    /// <summary>The folder that the log is in, when it is not the container's.</summary>
    public static void MakeFolder(Container container)
    {
        if (container.Document.HostConfig.LogConfig.Type == Local)
            Directory.CreateDirectory(Path.GetDirectoryName(container.LogPath)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Where the shim puts output.</summary>
    public static string StdioUriOf(Container container)
    {
        var config = container.Document.HostConfig.LogConfig;
        return config.Type == None ? StdioUri.NoLog
            : StdioUri.Log(Target(config, container.LogPath) with { Attributes = LogAttributes.Of(container.Document) });
    }

    private static JsonFileTarget Target(LogConfig config, string path)
    {
        bool local = config.Type == Local;
        string? size = config.Config?.GetValueOrDefault("max-size"), files = config.Config?.GetValueOrDefault("max-file");
        var target = new JsonFileTarget
        {
            Path = path,
            MaxSize = size is not null ? LogOptions.Size(size) : local ? LocalMaxSize : -1,
            MaxFiles = files is not null ? LogOptions.Files(files) : local ? LocalMaxFiles : 1,
            Compress = config.Config?.GetValueOrDefault("compress") is { } compress ? LogOptions.Boolean("compress", compress) : local,
        };
        if (target.Compress && (target.MaxFiles == 1 || target.MaxSize <= 0))
            throw LogOptions.Invalid(local ? "compression cannot be enabled when max file count is 1"
                : "compress cannot be true when max-file is less than 2 or max-size is not set");
        return target;
    }
}
