using System.Globalization;

namespace Sampan.EngineApi.Routes;

/// <summary>Go's durations: a row of numbers with units, "1h30m", "300ms". https://pkg.go.dev/time#ParseDuration</summary>
internal static class GoDuration
{
    internal static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
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
            duration += TimeSpan.FromSeconds(number * seconds);
            text = text[length..];
        }
        return true;
    }
}
