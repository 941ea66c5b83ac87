using Sampan.Faults;

namespace Sampan.Runtime.CommandLine;

/// <summary>Durations as Go's flags take them: "1s", "100ms", "1m30s", "1.5h".</summary>
internal static class GoDuration
{
    /// <exception cref="FaultException">InvalidArgument.</exception>
    internal static TimeSpan Parse(string text, string flag)
    {
        FaultException invalid = new(FaultKind.InvalidArgument, $"invalid value \"{text}\" for flag -{flag}: expected a duration such as 5s or 100ms");
        long microseconds = 0;
        for (int i = 0; i < text.Length;)
        {
            int start = i;
            while (i < text.Length && (char.IsAsciiDigit(text[i]) || text[i] == '.')) i++;
            ReadOnlySpan<char> number = text.AsSpan(start, i - start);
            start = i;
            while (i < text.Length && !char.IsAsciiDigit(text[i]) && text[i] != '.') i++;
            long unit = text[start..i] switch
            {
                "us" or "µs" => 1,
                "ms" => 1_000,
                "s" => 1_000_000,
                "m" => 60_000_000,
                "h" => 3_600_000_000,
                _ => throw invalid,
            };
            int point = number.IndexOf('.');
            ReadOnlySpan<char> whole = point < 0 ? number : number[..point], decimals = point < 0 ? default : number[(point + 1)..];
            if (whole.Length > 6 || decimals.Length > 6 || whole.Length + decimals.Length == 0) throw invalid;
            long value = 0, scale = unit;
            foreach (char digit in whole) value = (value * 10) + (digit - '0');
            microseconds += value * unit;
            foreach (char digit in decimals)
            {
                if (digit == '.') throw invalid;
                microseconds += (digit - '0') * (scale /= 10);
            }
        }
        return microseconds > 0 ? TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond)
            : throw new FaultException(FaultKind.InvalidArgument, "duration interval must be greater than 0");
    }
}
