using System.Globalization;
using Sampan.Specs;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>HEALTHCHECK [--interval=D] [--timeout=D] [--start-period=D] [--start-interval=D] [--retries=N] CMD …, or NONE. Dockerfile reference, § HEALTHCHECK.</summary>
internal static class HealthcheckInstruction
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
                "interval" => check with { Interval = Nanoseconds(flag[0], value) },
                "timeout" => check with { Timeout = Nanoseconds(flag[0], value) },
                "start-period" => check with { StartPeriod = Nanoseconds(flag[0], value) },
                "start-interval" => check with { StartInterval = Nanoseconds(flag[0], value) },
                "retries" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int retries) => check with { Retries = retries },
                _ => throw ConfigChanges.Invalid($"Unknown flag: {flag[0]}"),
            };
        }
        if (rest.Equals("NONE", StringComparison.OrdinalIgnoreCase)) return check with { Test = ["NONE"] };
        if (rest.Equals("CMD", StringComparison.OrdinalIgnoreCase)) throw ConfigChanges.Invalid("Missing command after HEALTHCHECK CMD");
        if (!rest.StartsWith("CMD", StringComparison.OrdinalIgnoreCase) || rest.Length < 5)
            throw ConfigChanges.Invalid($"Unknown type \"{rest.Split(' ')[0]}\" in HEALTHCHECK (try CMD)");
        string line = rest[3..].Trim();
        IReadOnlyList<string> words = command(line);
        return check with { Test = words is ["/bin/sh", "-c", var shell] && shell == line ? ["CMD-SHELL", line] : ["CMD", .. words] };
    }

    // 1h30m    500ms    0s: the default
    private static long Nanoseconds(string flag, string duration)
    {
        if (duration.Length == 0) return 0;
        if (!GoDuration.TryParse(duration, out TimeSpan time)) throw ConfigChanges.Invalid($"time: invalid duration \"{duration}\"");
        bool none = time == TimeSpan.Zero && !duration.AsSpan().ContainsAnyInRange('1', '9');
        return none || time >= TimeSpan.FromMilliseconds(1) ? time.Ticks * TimeSpan.NanosecondsPerTick : throw ConfigChanges.Invalid($"Interval \"{flag}\" cannot be less than 1ms");
    }
}
