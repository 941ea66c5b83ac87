using System.Globalization;
using Sampan.Faults;

namespace Sampan.ShimClient;

/// <summary>The forms of stdin, stdout and stderr that only our shim knows, in Create and Exec. All others are containerd's: a fifo's path,
/// <c>file:///path</c>, or empty for /dev/null.</summary>
public static class StdioUri
{
    /// <summary>The engine attaches by the attach socket.</summary>
    public const string Attach = "sampan-attach:";

    /// <summary>For stdin: closed after the first attached client leaves (docker's <c>StdinOnce</c>).</summary>
    public const string AttachOnce = "sampan-attach:?once=1";

    /// <summary>Output goes to attached clients only (log driver none).</summary>
    public const string NoLog = "sampan-log:";

    /// <summary>Output goes to attached clients and, as Docker's json-file lines, to a log.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="maxSize">Bytes after which the file is rotated; 0 or less: never.</param>
    /// <param name="maxFiles">Files kept, the current one included: <c>path</c>, <c>path.1</c>, …</param>
    public static string JsonFile(string path, long maxSize = -1, int maxFiles = 1) => Log(new JsonFileTarget { Path = path, MaxSize = maxSize, MaxFiles = maxFiles });

    /// <summary>The same with all that a log can be told.</summary>
    public static string Log(JsonFileTarget target)
    {
        // Only what would end the path early is escaped; every other byte of a path is itself.
        string escaped = target.Path.Replace("%", "%25", StringComparison.Ordinal).Replace("?", "%3F", StringComparison.Ordinal);
        string options = target.MaxSize <= 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"&max-size={target.MaxSize}&max-file={target.MaxFiles}");
        if (target.Compress) options += "&compress=1";
        if (target.Attributes.Length > 0) options += "&attrs=" + Uri.EscapeDataString(target.Attributes);
        return options.Length == 0 ? $"sampan-log://{escaped}" : $"sampan-log://{escaped}?{options[1..]}";
    }

    internal static bool IsAttach(string uri) => uri is Attach or AttachOnce;

    internal static bool IsLog(string uri) => uri.StartsWith(NoLog, StringComparison.Ordinal);

    /// <returns>Null for log driver none.</returns>
    /// <exception cref="FaultException">InvalidArgument: not what <see cref="JsonFile"/> makes.</exception>
    internal static JsonFileTarget? ParseLog(string uri)
    {
        string rest = uri[NoLog.Length..];
        if (rest.Length == 0) return null;
        if (!rest.StartsWith("///", StringComparison.Ordinal)) throw Invalid(uri, "the path must be absolute");
        int query = rest.IndexOf('?');
        var target = new JsonFileTarget
        {
            Path = (query < 0 ? rest[2..] : rest[2..query]).Replace("%3F", "?", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal),
        };
        if (query < 0) return target;
        foreach (string option in rest[(query + 1)..].Split('&'))
        {
            int equals = option.IndexOf('=');
            string name = equals < 0 ? option : option[..equals];
            if (name == "attrs")
            {
                target = target with { Attributes = Uri.UnescapeDataString(option[(equals + 1)..]) };
                continue;
            }
            if (!long.TryParse(option.AsSpan(equals + 1), NumberStyles.Integer, CultureInfo.InvariantCulture, out long value))
                throw Invalid(uri, $"'{option}' is not a number");
            target = name switch
            {
                "max-size" => target with { MaxSize = value },
                "max-file" when value is >= 1 and <= 10_000 => target with { MaxFiles = (int)value },
                "compress" => target with { Compress = value != 0 },
                _ => throw Invalid(uri, $"'{option}' is not max-size=bytes, max-file=1..10000, compress=0|1 or attrs=JSON"),
            };
        }
        return target;
    }

    private static FaultException Invalid(string uri, string why) =>
        new(FaultKind.InvalidArgument, $"cannot log to '{uri}': {why}");
}
