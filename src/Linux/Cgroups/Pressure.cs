using System.Globalization;

namespace Sampan.Linux.Cgroups;

/// <summary>How much of the time tasks were stalled for a resource. Documentation/accounting/psi.rst</summary>
/// <param name="Full">Null where the kernel counts only "some".</param>
public sealed record Pressure(PressureLine Some, PressureLine? Full)
{
    /// <returns>Null when the kernel keeps no such statistics, or the text is none.</returns>
    public static Pressure? Parse(string? text)
    {
        PressureLine? some = null, full = null;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith("some ")) some = PressureLine.Parse(line[5..]);
            else if (line.StartsWith("full ")) full = PressureLine.Parse(line[5..]);
        }
        return some is { } known ? new(known, full) : null;
    }
}

/// <summary>Hundredths of a percent over the last 10, 60 and 300 seconds, and microseconds since the group was made.</summary>
public readonly record struct PressureLine(uint Average10, uint Average60, uint Average300, ulong Total)
{
    // avg10=0.00 avg60=0.12 avg300=0.04 total=12345
    internal static PressureLine? Parse(ReadOnlySpan<char> line)
    {
        uint average10 = 0, average60 = 0, average300 = 0;
        ulong total = 0;
        foreach (Range range in line.Split(' '))
        {
            ReadOnlySpan<char> pair = line[range];
            int equals = pair.IndexOf('=');
            if (equals < 0) return null;
            ReadOnlySpan<char> value = pair[(equals + 1)..];
            bool valid = pair[..equals] switch
            {
                "avg10" => TryHundredths(value, out average10),
                "avg60" => TryHundredths(value, out average60),
                "avg300" => TryHundredths(value, out average300),
                "total" => ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out total),
                _ => true,
            };
            if (!valid) return null;
        }
        return new(average10, average60, average300, total);
    }

    // The kernel always writes two decimals.
    private static bool TryHundredths(ReadOnlySpan<char> text, out uint hundredths)
    {
        hundredths = 0;
        int point = text.Length - 3;
        if (point < 1 || text[point] != '.' || !uint.TryParse(text[..point], NumberStyles.None, CultureInfo.InvariantCulture, out uint whole)
            || !uint.TryParse(text[(point + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out uint decimals) || whole > 100) return false;
        hundredths = (whole * 100) + decimals;
        return true;
    }
}
