using System.Text;

namespace Sampan.Cli.Containers.Creation;

/// <summary>NAME=value given as options and in files: environment and labels.</summary>
internal static class KeyValueFile
{
    public static string CheckVariable(string text) =>
        text.Length == 0 || text[0] == '=' ? throw new FormatException($"invalid environment variable: {text}") : text;

    public static string CheckLabel(string text) =>
        text.Split('=')[0].Trim().Length == 0 ? throw new FormatException($"invalid label '{text}': empty name") : text;

    /// <summary>The files' lines first, then the options, so that options win. A bare NAME takes our value, or vanishes when we have none.</summary>
    /// <exception cref="CommandFailedException">A file that is not there or is malformed.</exception>
    public static List<string> Environment(IReadOnlyList<string> files, IReadOnlyList<string> given, Func<string, string?> ours, string option)
    {
        var variables = new List<string>();
        foreach (string line in files.SelectMany(file => Lines(file, option)).Concat(given))
        {
            if (line.Contains('=', StringComparison.Ordinal)) variables.Add(line);
            else if (ours(line) is { } value) variables.Add($"{line}={value}");
            else variables.Add(line);   // the engine removes a bare name from the image's environment
        }
        return variables;
    }

    public static Dictionary<string, string> Labels(IReadOnlyList<string> files, IReadOnlyList<string> given) =>
        ToMap(files.SelectMany(file => Lines(file, "--label-file")).Concat(given));

    /// <summary>"a=b" into a map; the last of a name wins.</summary>
    public static Dictionary<string, string> ToMap(IEnumerable<string> pairs)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string pair in pairs)
        {
            int equals = pair.IndexOf('=');
            map[equals < 0 ? pair : pair[..equals]] = equals < 0 ? "" : pair[(equals + 1)..];
        }
        return map;
    }

    private static List<string> Lines(string file, string option)
    {
        string content;
        try
        {
            content = File.ReadAllText(file, new UTF8Encoding(false, throwOnInvalidBytes: true));
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FormatException($"{option}: open {file}: no such file or directory");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new FormatException($"{option}: {file}: {unreadable.Message}");
        }
        var lines = new List<string>();
        foreach (string raw in content.Split('\n'))
        {
            string line = raw.TrimEnd('\r').TrimStart(' ', '\t');
            if (line.Length == 0 || line[0] == '#') continue;
            int equals = line.IndexOf('=');
            string name = equals < 0 ? line.Trim() : line[..equals];
            if (name.Length == 0) throw new FormatException($"{option}: no variable name on line '{line}'");
            if (name.AsSpan().ContainsAny(" \t")) throw new FormatException($"{option}: variable '{name}' contains whitespaces");
            lines.Add(equals < 0 ? name : line);
        }
        return lines;
    }
}
