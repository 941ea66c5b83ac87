using System.Globalization;
using System.Text;

namespace Sampan.Images;

/// <summary>The wire form of progress: dockerd's, byte for byte.</summary>
internal static class ProgressLine
{
    private const int BarWidth = 50;
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

    // {"status":"Downloading","progressDetail":{"current":1,"total":2},"progress":"[…]  1B/2B","id":"0123456789ab"}
    internal static byte[] Format(PullProgress progress)
    {
        var line = new StringBuilder(192).Append("{\"status\":");
        AppendString(line, progress.Status);
        if (progress.Detail is { } detail)
        {
            line.Append(",\"progressDetail\":{");
            if (detail.Current != 0) line.Append(CultureInfo.InvariantCulture, $"\"current\":{detail.Current}");
            if (detail.Total != 0) line.Append(CultureInfo.InvariantCulture, $"{(detail.Current != 0 ? "," : "")}\"total\":{detail.Total}");
            line.Append('}');
            if (detail.Bar is { Length: > 0 } bar) AppendString(line.Append(",\"progress\":"), bar);
        }
        if (progress.Id is not null) AppendString(line.Append(",\"id\":"), progress.Id);
        return Encoding.UTF8.GetBytes(line.Append("}\r\n").ToString());
    }

    internal static string Bar(long current, long total)
    {
        if (total <= 0) return current <= 0 ? "" : HumanSize(current).PadLeft(8);
        int done = Math.Clamp((int)((double)current / total * 100) / 2, 0, BarWidth);
        string numbers = HumanSize(current).PadLeft(8) + (current > total ? "" : "/" + HumanSize(total));
        return $"[{new string('=', done)}>{new string(' ', BarWidth - done)}] {numbers}";
    }

    /// <summary>Four significant digits and a decimal unit: 2.595MB.</summary>
    private static string HumanSize(double size)
    {
        int unit = 0;
        for (; size >= 1000 && unit < Units.Length - 1; unit++) size /= 1000;
        return size.ToString("G4", CultureInfo.InvariantCulture) + Units[unit];
    }

    /// <summary>Escapes what Go's encoder does (also &lt; &gt; &amp;, in lowercase hex) and nothing else: clients compare bytes.</summary>
    private static void AppendString(StringBuilder line, string text)
    {
        line.Append('"');
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' => line.Append("\\\""),
                '\\' => line.Append("\\\\"),
                '\n' => line.Append("\\n"),
                '\r' => line.Append("\\r"),
                '\t' => line.Append("\\t"),
                '\b' => line.Append("\\b"),
                '\f' => line.Append("\\f"),
                < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' => line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => line.Append(c),
            };
        }
        line.Append('"');
    }
}
