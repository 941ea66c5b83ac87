using System.Globalization;
using Sampan.Cli.Formatting;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Progress;

/// <summary>"[=====>      ]  1.2MB/4.3MB".</summary>
internal static class ProgressBar
{
    private const int Length = 50;
    /// <summary>Narrower terminals get the numbers without the bar.</summary>
    private const int LeastColumns = 110;

    /// <returns>Empty when there is nothing to measure.</returns>
    public static string Of(ProgressDetail detail, int columns)
    {
        if (detail.Current <= 0 && detail.Total <= 0) return "";
        bool counts = detail.Units is { Length: > 0 };
        string current = Amount(detail.Current, counts), unit = counts ? " " + detail.Units : "";
        if (detail.Total <= 0) return current.PadLeft(8) + unit;
        string bar = columns > LeastColumns ? Bar(detail) : "";
        string numbers = detail.HideCounts ? "" : detail.Current > detail.Total ? current.PadLeft(8)
            : $"{current.PadLeft(8)}/{Amount(detail.Total, counts)}{unit}";
        return bar + numbers;
    }

    private static string Bar(ProgressDetail detail)
    {
        int filled = (int)Math.Min((double)detail.Current / detail.Total * Length, Length);
        return "[" + new string('=', filled) + ">" + new string(' ', Length - filled) + "] ";
    }

    private static string Amount(long amount, bool counts) => counts ? amount.ToString(CultureInfo.InvariantCulture) : Human.Size(amount);
}
