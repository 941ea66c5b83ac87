using System.Globalization;

namespace Sampan.Linux;

/// <summary>CPUs or memory nodes as bits, as sched_setaffinity(2) and set_mempolicy(2) take them.</summary>
public static class NumberList
{
    private const int Largest = 8191;   // CONFIG_NR_CPUS and MAX_NUMNODES stay below

    // 0-3,7     cpuset(7) § List format
    /// <summary>Null when the text is no such list. Empty text is no bit.</summary>
    public static ulong[]? Parse(string text)
    {
        ulong[] bits = new ulong[(Largest + 64) / 64];
        int last = -1;
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int dash = part.IndexOf('-');
            if (!TryParse(dash < 0 ? part : part[..dash], out int first) || !TryParse(dash < 0 ? part : part[(dash + 1)..], out int end) || end < first) return null;
            for (int number = first; number <= end; number++) bits[number / 64] |= 1UL << (number % 64);
            last = Math.Max(last, end);
        }
        return bits[..((last + 64) / 64)];
    }

    private static bool TryParse(string text, out int number)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= Largest;
}
