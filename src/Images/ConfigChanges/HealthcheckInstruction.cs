using System.Globalization;
using System.Text.RegularExpressions;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>HEALTHCHECK [--interval=D] [--timeout=D] [--start-period=D] [--start-interval=D] [--retries=N] CMD …, or NONE. Dockerfile reference, § HEALTHCHECK.</summary>
internal static partial class HealthcheckInstruction
{
    internal static HealthcheckConfig Parse(string rest, Func<string, IReadOnlyList<string>> command)
    {
        var check = new HealthcheckConfig();
        for (; rest.StartsWith("--", StringComparison.Ordinal); rest = rest[rest.IndexOf(' ', StringComparison.Ordinal)..].Trim())
        {
            if (!rest.Contains(' ', StringComparison.Ordinal)) throw ConfigChanges.Invalid("Missing command after HEALTHCHECK flags");
            string[] flag = rest[2..rest.IndexOf(' ', StringComparison.Ordinal)].Split('=', 2);
            string value = flag.Length == 2 ? flag[1] : "";
            check = flag[0] switch
            {
                "interval" => check with { Interval = Nanoseconds(value) },
                "timeout" => check with { Timeout = Nanoseconds(value) },
                "start-period" => check with { StartPeriod = Nanoseconds(value) },
                "start-interval" => check with { StartInterval = Nanoseconds(value) },
                "retries" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int retries) => check with { Retries = retries },
                _ => throw ConfigChanges.Invalid($"Unknown flag: {flag[0]}"),
            };
        }
        if (rest.Equals("NONE", StringComparison.OrdinalIgnoreCase)) return check with { Test = ["NONE"] };
        if (!rest.StartsWith("CMD", StringComparison.OrdinalIgnoreCase) || rest.Length < 5)
            throw ConfigChanges.Invalid($"Unknown type \"{rest.Split(' ')[0]}\" in HEALTHCHECK (try CMD)");
        string line = rest[3..].Trim();
        IReadOnlyList<string> words = command(line);
        return check with { Test = words is ["/bin/sh", "-c", var shell] && shell == line ? ["CMD-SHELL", line] : ["CMD", .. words] };
    }

    // 1h30m, 500ms
    private static long Nanoseconds(string duration)
    {
        var match = DurationPattern().Match(duration);
        if (!match.Success || duration.Length == 0) throw ConfigChanges.Invalid($"time: invalid duration \"{duration}\"");
        return (long)(Part("h", 3_600e9) + Part("m", 60e9) + Part("s", 1e9) + Part("ms", 1e6) + Part("us", 1e3));

        double Part(string unit, double nanoseconds) =>
            match.Groups[unit] is { Success: true } part ? double.Parse(part.Value, CultureInfo.InvariantCulture) * nanoseconds : 0;
    }

    [GeneratedRegex(@"\A(?:(?<h>[0-9.]+)h)?(?:(?<m>[0-9.]+)m)?(?:(?<s>[0-9.]+)s)?(?:(?<ms>[0-9.]+)ms)?(?:(?<us>[0-9.]+)us)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex DurationPattern();
}
