using System.Globalization;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Containers;

/// <summary>The options of the log drivers that write files. https://docs.docker.com/engine/logging/drivers/json-file</summary>
internal static class LogOptions
{
    private const int MostFiles = 10_000;

    /// <exception cref="FaultException">InvalidArgument: an option the driver does not have.</exception>
    public static void CheckNames(LogConfig config)
    {
        foreach (string name in config.Config?.Keys ?? [])
        {
            bool known = name is "max-size" or "max-file" or "compress" or "mode" or "max-buffer-size"
                || config.Type == LogDriver.JsonFile && name is "labels" or "labels-regex" or "env" or "env-regex" or "tag";
            if (!known)
                throw new FaultException(FaultKind.InvalidArgument, config.Type == LogDriver.JsonFile
                    ? $"unknown log opt '{name}' for json-file log driver" : $"unknown log opt '{name}' for log driver {config.Type}");
        }
    }

    /// <summary>What is left beside sizes: the mode, and what <see cref="LogAttributes"/> reads.</summary>
    public static void Check(LogConfig config)
    {
        var options = config.Config!;
        // A file takes what comes: the process waits for the page cache at most, and non-blocking loses nothing.
        string mode = options.GetValueOrDefault("mode") ?? "";
        if (mode is not ("" or "blocking" or "non-blocking"))
            throw new FaultException(FaultKind.InvalidArgument, $"logger: logging mode not supported: {mode}");
        if (options.GetValueOrDefault("max-buffer-size") is { } buffer)
        {
            if (mode != "non-blocking")
                throw new FaultException(FaultKind.InvalidArgument, "logger: max-buffer-size option is only supported with 'mode=non-blocking'");
            if (!TrySize(buffer, out _))
                throw new FaultException(FaultKind.InvalidArgument, $"error parsing option max-buffer-size: invalid size: '{buffer}'");
        }
        LogAttributes.Check(options);
    }

    // 10m    500k    1g    4096    -1 (unlimited)
    public static long Size(string text) => text == "-1" ? -1 : TrySize(text, out long size) ? size : throw Invalid($"invalid size: '{text}'");

    public static int Files(string text) => !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int count)
        ? throw new FaultException(FaultKind.InvalidArgument, $"invalid value for max-file: '{text}': expected 1 to {MostFiles}")
        : count < 1 ? throw Invalid("max-file cannot be less than 1")
        : count <= MostFiles ? count : throw new FaultException(FaultKind.InvalidArgument, $"invalid value for max-file: '{text}': expected 1 to {MostFiles}");

    /// <summary>As Go's strconv.ParseBool.</summary>
    public static bool Boolean(string name, string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw Invalid($"{name}: strconv.ParseBool: parsing \"{text}\": invalid syntax"),
    };

    public static FaultException Invalid(string why) => new(FaultKind.InvalidArgument, $"failed to initialize logging driver: {why}");

    private static bool TrySize(string text, out long size)
    {
        size = 0;
        string number = text.TrimEnd('b', 'B');
        long unit = number.Length == 0 ? 0 : char.ToLowerInvariant(number[^1]) switch { 'k' => 1L << 10, 'm' => 1L << 20, 'g' => 1L << 30, 't' => 1L << 40, _ => 1 };
        if (unit > 1)
            number = number[..^1];
        if (unit == 0 || !double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) || value * unit < 1)
            return false;
        size = (long)(value * unit);
        return true;
    }
}
