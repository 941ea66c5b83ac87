using System.Globalization;

namespace Sampan.Distribution.Hosts;

/// <summary>Reads Go's durations: "300ms", "1.5s", "2m30s".</summary>
internal static class GoDuration
{
    /// <returns>Null: not one, or not above zero.</returns>
    internal static TimeSpan? Parse(string text)
    {
        TimeSpan sum = default;
        for (ReadOnlySpan<char> rest = text; !rest.IsEmpty;)
        {
            int number = rest.IndexOfAnyExcept("0123456789.");
            if (number <= 0 || !double.TryParse(rest[..number], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)) return null;
            rest = rest[number..];
            int unit = rest.IndexOfAny("0123456789.");
            if (unit < 0) unit = rest.Length;
            double? seconds = rest[..unit] switch { "h" => 3600, "m" => 60, "s" => 1, "ms" => 1e-3, "us" or "µs" => 1e-6, "ns" => 1e-9, _ => null };
            if (seconds is null || value * seconds > 1e9) return null;
            sum += TimeSpan.FromSeconds(value * seconds.Value);
            rest = rest[unit..];
        }
        return sum > TimeSpan.Zero ? sum : null;
    }
}
