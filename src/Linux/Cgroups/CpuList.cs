using System.Globalization;

namespace Sampan.Linux.Cgroups;

/// <summary>The kernel's list format of CPUs and memory nodes. cpuset(7) § List format</summary>
public static class CpuList
{
    private const int Largest = 1 << 16;

    // 0-3,7,9-11
    /// <returns>The numbers, ascending where the list is; null when it is none.</returns>
    public static List<ulong>? Parse(ReadOnlySpan<char> text)
    {
        List<ulong> numbers = [];
        text = text.Trim();
        if (text.IsEmpty) return numbers;
        foreach (Range range in text.Split(','))
        {
            ReadOnlySpan<char> part = text[range];
            int dash = part.IndexOf('-');
            if (!ushort.TryParse(dash < 0 ? part : part[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out ushort first)) return null;
            ushort last = first;
            if (dash >= 0 && !ushort.TryParse(part[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out last)) return null;
            if (last < first || numbers.Count + last - first >= Largest) return null;
            for (int number = first; number <= last; number++) numbers.Add((ulong)number);
        }
        return numbers;
    }
}
