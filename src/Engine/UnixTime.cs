using System.Globalization;

namespace Sampan.Engine;

/// <summary>Times as nanoseconds since the epoch, and as the API's queries write them: seconds.nanoseconds.</summary>
public static class UnixTime
{
    /// <summary>"0001-01-01T00:00:00Z": Docker's "never".</summary>
    public static readonly DateTimeOffset Never = DateTimeOffset.MinValue;

    public static long Nanoseconds(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100;

    public static DateTimeOffset FromNanoseconds(long nanoseconds) => new(DateTimeOffset.UnixEpoch.Ticks + nanoseconds / 100, TimeSpan.Zero);

    /// <summary>"1700000000", "1700000000.123456789" or RFC 3339 to nanoseconds since the epoch; null for "" and "0".</summary>
    /// <exception cref="FormatException">None of these.</exception>
    public static long? ParseQuery(string? text)
    {
        if (string.IsNullOrEmpty(text) || text == "0")
            return null;
        int point = text.IndexOf('.');
        string seconds = point < 0 ? text : text[..point];
        if (long.TryParse(seconds, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
        {
            string fraction = point < 0 ? "0" : text[(point + 1)..].PadRight(9, '0')[..9];
            return whole * 1_000_000_000 + long.Parse(fraction, NumberStyles.None, CultureInfo.InvariantCulture);
        }
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? Nanoseconds(time) : throw new FormatException($"failed to parse value as time or duration: \"{text}\"");
    }
}
