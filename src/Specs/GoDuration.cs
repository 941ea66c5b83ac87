using System.Globalization;

namespace Sampan.Specs;

/// <summary>Go's durations: a row of numbers with units, "1h30m", "300ms". https://pkg.go.dev/time#ParseDuration</summary>
public static class GoDuration
{
    private const long LongestTicks = long.MaxValue / TimeSpan.NanosecondsPerTick;   // Go counts nanoseconds in an int64: 292 years

    /// <returns>False for anything that Go does not read as one.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = default;
        if (text.IsEmpty) return false;
        while (!text.IsEmpty)
        {
            int unit = text.IndexOfAnyExceptInRange('.', '9');
            if (unit <= 0 || text[..unit].Contains('/')) return false;
            if (!double.TryParse(text[..unit], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)) return false;
            text = text[unit..];
            (double seconds, int length) = text switch
            {
                ['n', 's', ..] => (1e-9, 2),
                ['u' or 'µ', 's', ..] => (1e-6, 2),
                ['m', 's', ..] => (1e-3, 2),
                ['s', ..] => (1, 1),
                ['m', ..] => (60, 1),
                ['h', ..] => (3600, 1),
                _ => (0, 0),
            };
            if (length == 0) return false;
            double ticks = Math.Round(number * seconds * TimeSpan.TicksPerSecond);
            if (duration.Ticks + ticks > LongestTicks) return false;
            duration += TimeSpan.FromTicks((long)ticks);
            text = text[length..];
        }
        return true;
    }

    /// <summary>As Go prints it: "50ms", "1.5s", "2m0s", "1h0m0s".</summary>
    public static string Format(TimeSpan duration)
    {
        string sign = duration < TimeSpan.Zero ? "-" : "";
        duration = duration.Duration();
        double nanoseconds = duration.Ticks * 100.0;
        string text = duration.Ticks switch
        {
            0 => "0s",
            < TimeSpan.TicksPerMillisecond / 1000 => Number(nanoseconds) + "ns",
            < TimeSpan.TicksPerMillisecond => Number(nanoseconds / 1e3) + "µs",
            < TimeSpan.TicksPerSecond => Number(nanoseconds / 1e6) + "ms",
            _ => (duration.TotalHours >= 1 ? $"{(long)duration.TotalHours}h" : "") + (duration.TotalMinutes >= 1 ? $"{duration.Minutes}m" : "")
                + Number(duration.Seconds + duration.Ticks % TimeSpan.TicksPerSecond / 1e7) + "s",
        };
        return sign + text;
    }

    private static string Number(double value) => value.ToString("0.#########", CultureInfo.InvariantCulture);
}
