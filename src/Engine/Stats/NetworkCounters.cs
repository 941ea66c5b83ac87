using System.Globalization;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Stats;

/// <summary>The traffic counters of a process's network namespace, by interface. proc_pid_net(5).</summary>
internal static class NetworkCounters
{
    public static IReadOnlyDictionary<string, NetworkStats> Read(int pid)
    {
        var result = new Dictionary<string, NetworkStats>(StringComparer.Ordinal);
        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/net/dev");
        try
        {
            foreach (string line in File.ReadLines(path))
                if (TryParse(line, out string name, out var stats) && name != "lo")
                    result[name] = stats;
        }
        catch (IOException)
        {
            // The process has ended.
        }
        return result;
    }

    // eth0:    1296      16    0    0    0     0          0         0     1296      16    0    0    0     0       0          0
    internal static bool TryParse(string line, out string name, out NetworkStats stats)
    {
        (name, stats) = ("", new NetworkStats());
        int colon = line.IndexOf(':');
        if (colon < 0)
            return false;
        string[] numbers = line[(colon + 1)..].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (numbers.Length < 12)
            return false;
        ulong At(int index) => ulong.TryParse(numbers[index], NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) ? value : 0;
        name = line[..colon].Trim();
        stats = new NetworkStats
        {
            RxBytes = At(0), RxPackets = At(1), RxErrors = At(2), RxDropped = At(3),
            TxBytes = At(8), TxPackets = At(9), TxErrors = At(10), TxDropped = At(11),
        };
        return true;
    }
}
