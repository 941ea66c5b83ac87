using System.Globalization;
using Sampan.Faults;

namespace Sampan.Engine;

/// <summary>The filters that all prune commands share.</summary>
internal static class PruneFilter
{
    /// <summary>Only what was made before: a time, or a Go duration back from now ("10m", "1h30m").</summary>
    /// <exception cref="FaultException">InvalidArgument.</exception>
    public static DateTimeOffset Until(Filters filters)
    {
        if (!filters.Has("until"))
            return DateTimeOffset.MaxValue;
        if (filters.Get("until") is not { Count: 1 } values)
            throw new FaultException(FaultKind.InvalidArgument, "more than one until filter specified");
        string text = values.First();
        if (TryDuration(text, out var back))
            return DateTimeOffset.UtcNow - back;
        try
        {
            return UnixTime.ParseQuery(text) is { } time ? UnixTime.FromNanoseconds(time) : DateTimeOffset.MaxValue;
        }
        catch (FormatException error)
        {
            throw new FaultException(FaultKind.InvalidArgument, error.Message, error);
        }
    }

    public static bool MatchesLabels(Filters filters, IReadOnlyDictionary<string, string>? labels) =>
        filters.MatchesLabels("label", labels) && (!filters.Has("label!") || !filters.MatchesLabels("label!", labels));

    // 1h30m    90s    1.5h
    private static bool TryDuration(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]) || text[i] == '.')
                continue;
            bool milli = text[i] == 'm' && i + 1 < text.Length && text[i + 1] == 's';
            TimeSpan? unit = milli ? TimeSpan.FromMilliseconds(1) : text[i] switch
            {
                'h' => TimeSpan.FromHours(1),
                'm' => TimeSpan.FromMinutes(1),
                's' => TimeSpan.FromSeconds(1),
                _ => null,
            };
            if (unit is null || !double.TryParse(text.AsSpan(start, i - start), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count))
                return false;
            duration += unit.Value * count;
            i += milli ? 1 : 0;
            start = i + 1;
        }
        return text.Length > 0 && start == text.Length;
    }
}
