using System.Globalization;

namespace Sampan.Cli.Grammar;

/// <summary>"1h30m", "500ms", "1.5s", "-10s": Go's time.ParseDuration, which docker's options take.</summary>
internal static class GoDuration
{
    /// <exception cref="FormatException">time: invalid duration "…".</exception>
    public static TimeSpan Parse(string text) => TryParse(text, out var duration) ? duration : throw new FormatException(Reason(text));

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var rest = text.AsSpan();
        bool negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+")) rest = rest[1..];
        if (rest is "0") return true;
        if (rest.IsEmpty) return false;
        double seconds = 0;
        while (!rest.IsEmpty)
        {
            int digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)) return false;
            rest = rest[digits..];
            int length = rest.IndexOfAny("0123456789.");
            var unit = length < 0 ? rest : rest[..length];
            double scale = Scale(unit);
            if (scale == 0) return false;
            seconds += number * scale;
            rest = rest[unit.Length..];
        }
        if (seconds > TimeSpan.MaxValue.TotalSeconds / 2) return false;
        duration = TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond) * (negative ? -1 : 1));
        return true;
    }

    private static double Scale(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" => 1e-9, "us" or "µs" or "μs" => 1e-6, "ms" => 1e-3, "s" => 1, "m" => 60, "h" => 3600, _ => 0,
    };

    private static string Reason(string text)
    {
        string trimmed = text.TrimStart('+', '-');
        if (trimmed.Length > 0 && trimmed.AsSpan().IndexOfAnyExcept("0123456789.") < 0)
            return $"time: missing unit in duration {Quoted.Of(text)}";
        return $"time: invalid duration {Quoted.Of(text)}";
    }
}
