using System.Globalization;
using Sampan.Cli.Formatting;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Containers;

/// <summary>One line of `stats`: a container and its last reading, or none when it could not be read.</summary>
internal sealed record StatsReading(string Container, ContainerStats? Stats)
{
    private const string NotKnown = "--";

    /// <param name="truncate">False with --no-trunc.</param>
    public static Columns<StatsReading> Columns(bool truncate) => new(
        new("Container", "CONTAINER", reading => reading.Container),
        new("Name", "NAME", reading => reading.Stats?.Name?.TrimStart('/') is { Length: > 0 } name ? name : NotKnown),
        new("ID", "CONTAINER ID", reading => reading.Stats?.Id is not { } id ? NotKnown : truncate ? Human.ShortId(id) : id),
        new("CPUPerc", "CPU %", reading => reading.Stats is { } stats ? Percent(CpuPercent(stats)) : NotKnown),
        new("MemUsage", "MEM USAGE / LIMIT", reading => reading.Stats is { } stats ? $"{Human.BinarySize(UsedMemory(stats.MemoryStats))} / {Human.BinarySize(stats.MemoryStats.Limit)}" : "-- / --"),
        new("MemPerc", "MEM %", reading => reading.Stats is { } stats ? Percent(MemoryPercent(stats.MemoryStats)) : NotKnown),
        new("NetIO", "NET I/O", reading => reading.Stats is { } stats ? Network(stats) : NotKnown),
        new("BlockIO", "BLOCK I/O", reading => reading.Stats is { } stats ? Blocks(stats) : NotKnown),
        new("PIDs", "PIDS", reading => reading.Stats is { } stats ? stats.PidsStats.Current.ToString(CultureInfo.InvariantCulture) : NotKnown));

    // Of one CPU: 200 is two of them all the time between the two readings.
    private static double CpuPercent(ContainerStats stats)
    {
        double used = (double)stats.CpuStats.CpuUsage.TotalUsage - stats.PreCpuStats.CpuUsage.TotalUsage;
        double passed = (double)stats.CpuStats.SystemUsage - stats.PreCpuStats.SystemUsage;
        double cpus = stats.CpuStats.OnlineCpus > 0 ? stats.CpuStats.OnlineCpus : stats.CpuStats.CpuUsage.PercpuUsage?.Count ?? 0;
        return used > 0 && passed > 0 ? used / passed * cpus * 100 : 0;
    }

    // Without what the kernel gives back first: pages of files that nobody used lately. cgroup v1 calls them total_inactive_file.
    private static double UsedMemory(MemoryStats memory)
    {
        if (memory.Stats is not { } stats) return memory.Usage;
        ulong inactive = stats.TryGetValue("total_inactive_file", out ulong v1) ? v1 : stats.GetValueOrDefault("inactive_file");
        return inactive < memory.Usage ? memory.Usage - inactive : memory.Usage;
    }

    private static double MemoryPercent(MemoryStats memory) => memory.Limit == 0 ? 0 : UsedMemory(memory) / memory.Limit * 100;

    private static string Network(ContainerStats stats)
    {
        var interfaces = stats.Networks?.Values ?? [];
        return $"{Human.Size(interfaces.Sum(one => (double)one.RxBytes), 3)} / {Human.Size(interfaces.Sum(one => (double)one.TxBytes), 3)}";
    }

    private static string Blocks(ContainerStats stats)
    {
        var entries = stats.BlkioStats.IoServiceBytesRecursive ?? [];
        return $"{Human.Size(Sum('r'), 3)} / {Human.Size(Sum('w'), 3)}";

        double Sum(char kind) => entries.Where(entry => entry.Op.Length > 0 && char.ToLowerInvariant(entry.Op[0]) == kind).Sum(entry => (double)entry.Value);
    }

    private static string Percent(double value) => value.ToString("0.00", CultureInfo.InvariantCulture) + "%";
}
