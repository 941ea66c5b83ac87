using System.Globalization;

namespace Sampan.Cli.Formatting;

/// <summary>Durations, sizes and ids as docker's lists show them.</summary>
internal static class Human
{
    private static readonly string[] DecimalUnits = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
    private static readonly string[] BinaryUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];

    /// <summary>"About a minute", "3 hours", "2 weeks".</summary>
    public static string Duration(TimeSpan duration)
    {
        long seconds = (long)duration.TotalSeconds;
        if (seconds < 1) return "Less than a second";
        if (seconds == 1) return "1 second";
        if (seconds < 60) return $"{seconds} seconds";
        long minutes = (long)duration.TotalMinutes;
        if (minutes == 1) return "About a minute";
        if (minutes < 60) return $"{minutes} minutes";
        long hours = (long)Math.Round(duration.TotalHours, MidpointRounding.AwayFromZero);
        if (hours == 1) return "About an hour";
        if (hours < 48) return $"{hours} hours";
        if (hours < 24 * 7 * 2) return $"{hours / 24} days";
        if (hours < 24 * 30 * 2) return $"{hours / 24 / 7} weeks";
        if (hours < 24 * 365 * 2) return $"{hours / 24 / 30} months";
        return $"{(long)(duration.TotalHours / 24 / 365)} years";
    }

    /// <summary>Powers of 1000, so many significant digits: "4.26MB".</summary>
    public static string Size(double bytes, int digits = 4) => Scale(bytes, 1000, DecimalUnits, digits);

    /// <summary>Powers of 1024, four significant digits: "512MiB".</summary>
    public static string BinarySize(double bytes) => Scale(bytes, 1024, BinaryUnits, 4);

    /// <summary>The first 12 hex digits, without the algorithm.</summary>
    public static string ShortId(string id)
    {
        int colon = id.IndexOf(':');
        if (colon >= 0) id = id[(colon + 1)..];
        return id.Length > 12 ? id[..12] : id;
    }

    public static string Ellipsis(string text, int width)
    {
        var info = new StringInfo(text);
        return info.LengthInTextElements <= width ? text : info.SubstringByTextElements(0, width - 1) + "…";
    }

    /// <summary>As Go prints a time: "2026-11-21 01:30:00 +0000 UTC", with a fraction of a second where there is one.</summary>
    public static string GoTime(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF ", CultureInfo.InvariantCulture) + time.ToString("zzz", CultureInfo.InvariantCulture).Remove(3, 1) + (time.Offset == TimeSpan.Zero ? " UTC" : " " + time.ToString("zzz", CultureInfo.InvariantCulture).Remove(3, 1));

    private static string Scale(double value, double step, string[] units, int digits)
    {
        int unit = 0;
        for (; value >= step && unit < units.Length - 1; unit++) value /= step;
        return Significant(value, digits) + units[unit];
    }

    /// <summary>Go's %.4g: so many significant digits, no trailing zeros.</summary>
    private static string Significant(double value, int digits)
    {
        if (value == 0) return "0";
        int whole = (int)Math.Floor(Math.Log10(Math.Abs(value))) + 1;
        double rounded = Math.Round(value, Math.Clamp(digits - whole, 0, 15), MidpointRounding.ToEven);
        return rounded.ToString("0.###############", CultureInfo.InvariantCulture);
    }
}
