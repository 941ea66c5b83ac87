using System.Globalization;
using Sampan.Faults;

namespace Sampan.Engine.Containers.Create;

/// <summary>Lists of CPUs and memory nodes, "0-2,7": what is asked for must be there, or the kernel would say only ERANGE at the start. cpuset(7) § List format.</summary>
internal static class CpuSet
{
    private const int MaxNumber = 8192;   // CONFIG_NR_CPUS goes no further. More would be a set without end: CVE-2018-20699.

    /// <param name="asked">"" is everything.</param>
    /// <param name="kind">"cpuset cpus" or "cpuset mems", as Docker's text says it.</param>
    /// <param name="what">"CPUs" or "memory nodes".</param>
    /// <param name="availablePath">The list of what is online.</param>
    /// <exception cref="FaultException">InvalidArgument, with Docker's texts.</exception>
    public static void Validate(string asked, string kind, string what, string availablePath)
    {
        if (asked.Length == 0)
            return;
        if (!TryParse(asked, out var wanted, out bool isTooLarge))
            throw new FaultException(FaultKind.InvalidArgument, $"Invalid value {asked} for {kind}: {(isTooLarge ? $"value of out range, maximum is {MaxNumber}" : $"invalid format: {asked}")}");
        string available = File.Exists(availablePath) ? File.ReadAllText(availablePath).Trim() : "0";
        if (TryParse(available, out var online, out _) && !wanted.IsSubsetOf(online))
            throw new FaultException(FaultKind.InvalidArgument, $"Requested {what} are not available - requested {asked}, available: {available}");
    }

    // 0-2,7
    private static bool TryParse(string text, out HashSet<int> numbers, out bool isTooLarge)
    {
        (numbers, isTooLarge) = ([], false);
        foreach (string part in text.Split(','))
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2 || !TryNumber(ends[0], out long first) || !TryNumber(ends[^1], out long last) || last < first)
                return false;
            isTooLarge = last > MaxNumber;
            if (isTooLarge)
                return false;
            numbers.UnionWith(Enumerable.Range((int)first, (int)(last - first) + 1));
        }
        return true;
    }

    private static bool TryNumber(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
