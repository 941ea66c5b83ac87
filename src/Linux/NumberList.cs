using Sampan.Linux.Cgroups;

namespace Sampan.Linux;

/// <summary>CPUs or memory nodes as bits, as sched_setaffinity(2) and set_mempolicy(2) take them.</summary>
public static class NumberList
{
    /// <param name="text">As <see cref="CpuList"/> reads it: "0-3,7". Empty text is no bit.</param>
    /// <returns>Null when the text is no such list.</returns>
    public static ulong[]? Parse(string text)
    {
        if (CpuList.Parse(text) is not { } numbers) return null;
        ulong largest = 0;
        foreach (ulong number in numbers) largest = Math.Max(largest, number);
        ulong[] bits = new ulong[numbers.Count == 0 ? 0 : (largest / 64) + 1];
        foreach (ulong number in numbers) bits[number / 64] |= 1UL << (int)(number % 64);
        return bits;
    }
}
