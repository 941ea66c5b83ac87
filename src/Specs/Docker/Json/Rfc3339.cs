using System.Globalization;

namespace Sampan.Specs.Docker;

/// <summary>Times as Go prints them: RFC 3339 with up to nine digits, trailing zeros cut; "0001-01-01T00:00:00Z" means never.</summary>
public static class Rfc3339
{
    /// <summary>Go's zero time.</summary>
    public const string Never = "0001-01-01T00:00:00Z";

    /// <summary>time.RFC3339Nano in UTC: <c>2025-03-04T05:06:07.8Z</c>.</summary>
    public static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>Nanoseconds always shown with nine digits, as docker logs -t does.</summary>
    public static string FormatFixed(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);

    /// <summary>Reads RFC 3339 with any number of fraction digits; those below 100 ns are dropped.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        int dot = text.IndexOf('.');
        if (dot > 0)
        {
            int end = dot + 1;
            while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
            if (end - dot - 1 > 7) text = string.Concat(text[..(dot + 8)], text[end..]);
        }
        return DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out time);
    }
}
