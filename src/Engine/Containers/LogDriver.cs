using System.Globalization;
using Sampan.Faults;
using Sampan.ShimClient;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Containers;

/// <summary>The log drivers: json-file (max-size, max-file) and none.</summary>
internal static class LogDriver
{
    public const string JsonFile = "json-file";
    public const string None = "none";

    /// <summary>The daemon's default where the request names none; options are checked.</summary>
    /// <exception cref="FaultException">InvalidArgument, with Docker's texts. NotSupported: a driver or option we do not have.</exception>
    public static LogConfig Complete(LogConfig asked, DaemonOptions daemon)
    {
        string type = asked.Type.Length > 0 ? asked.Type : daemon.LogDriver;
        var options = new Dictionary<string, string>(asked.Type.Length > 0 && asked.Type != daemon.LogDriver ? new Dictionary<string, string>() : daemon.LogOptions);
        foreach (var (name, value) in asked.Config ?? new Dictionary<string, string>())
            options[name] = value;
        switch (type)
        {
            case None:
                break;
            case JsonFile:
                foreach (var (name, value) in options)
                    ValidateJsonFileOption(name, value);
                break;
            case "local" or "syslog" or "journald" or "gelf" or "fluentd" or "awslogs" or "splunk" or "gcplogs" or "etwlogs" or "logentries":
                throw new FaultException(FaultKind.NotSupported, $"not supported by this engine: HostConfig.LogConfig.Type '{type}'; use json-file or none");
            default:
                throw new FaultException(FaultKind.InvalidArgument, $"error looking up logging plugin {type}: plugin \"{type}\" not found");
        }
        return new LogConfig { Type = type, Config = options };
    }

    /// <summary>Where the shim puts output.</summary>
    public static string StdioUriOf(LogConfig config, string logPath) => config.Type == None ? StdioUri.NoLog
        : StdioUri.JsonFile(logPath,
            config.Config?.GetValueOrDefault("max-size") is { } size ? ParseSize(size) : -1,
            config.Config?.GetValueOrDefault("max-file") is { } files ? int.Parse(files, CultureInfo.InvariantCulture) : 1);

    private static void ValidateJsonFileOption(string name, string value)
    {
        switch (name)
        {
            case "max-size":
                ParseSize(value);
                break;
            case "max-file" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is >= 1 and <= 10_000:
                break;
            case "max-file" when int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int few) && few < 1:
                throw new FaultException(FaultKind.InvalidArgument, "failed to initialize logging driver: max-file cannot be less than 1");
            case "max-file":
                throw new FaultException(FaultKind.InvalidArgument, $"invalid value for max-file: '{value}': expected 1 to 10000");
            case "labels" or "labels-regex" or "env" or "env-regex" or "compress" or "tag" or "mode" or "max-buffer-size":
                if (name == "compress" && value == "false" || name == "mode" && value == "blocking")
                    break;
                throw new FaultException(FaultKind.NotSupported, $"not supported by this engine: log option '{name}' of log driver json-file");
            default:
                throw new FaultException(FaultKind.InvalidArgument, $"unknown log opt '{name}' for json-file log driver");
        }
    }

    // 10m    500k    1g    4096    -1 (unlimited)
    private static long ParseSize(string text)
    {
        if (text == "-1")
            return -1;
        string number = text.TrimEnd('b', 'B');
        long unit = number.Length == 0 ? 0 : char.ToLowerInvariant(number[^1]) switch { 'k' => 1L << 10, 'm' => 1L << 20, 'g' => 1L << 30, 't' => 1L << 40, _ => 1 };
        if (unit > 1)
            number = number[..^1];
        return unit > 0 && double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double size) && size * unit >= 1
            ? (long)(size * unit)
            : throw new FaultException(FaultKind.InvalidArgument, $"failed to initialize logging driver: invalid size: '{text}'");
    }
}
