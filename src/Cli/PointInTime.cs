using System.Globalization;
using Sampan.Cli.Grammar;

namespace Sampan.Cli;

/// <summary>--since and --until: a duration ago, RFC 3339 with parts left out from the right, or Unix seconds.</summary>
internal static class PointInTime
{
    private static readonly string[] Forms =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HHK", "yyyy-MM-ddK", "yyyy-MM-dd",
    ];

    /// <returns>Unix seconds with nanoseconds, as the API takes them; null for an empty text.</returns>
    /// <exception cref="CommandFailedException">No time.</exception>
    public static string? Read(string text, DateTimeOffset now, string option)
    {
        if (text.Length == 0) return null;
        if (GoDuration.TryParse(text, out var ago)) return Unix(now - ago);
        int dot = text.IndexOf('.');
        if (long.TryParse(dot < 0 ? text : text[..dot], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
            && (dot < 0 || text.AsSpan(dot + 1).IndexOfAnyExceptInRange('0', '9') < 0)) return text;
        // Nanoseconds have more digits than DateTimeOffset reads.
        if (DateTimeOffset.TryParseExact(Shorten(text), Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var time)) return Unix(time);
        throw new CommandFailedException(1, $"invalid value for {Quoted.Of(option)}: failed to parse value as time or duration: {Quoted.Of(text)}");
    }

    private static string Shorten(string text)
    {
        int dot = text.IndexOf('.');
        if (dot < 0) return text;
        int end = dot + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        return end - dot - 1 > 7 ? text[..(dot + 8)] + text[end..] : text;
    }

    private static string Unix(DateTimeOffset time)
    {
        long ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        return string.Create(CultureInfo.InvariantCulture, $"{ticks / TimeSpan.TicksPerSecond}.{ticks % TimeSpan.TicksPerSecond * 100:d9}");
    }
}
