using System.Globalization;

namespace Sampan.Hello;

/// <summary>The limits of our cgroup, version 2 or 1. cgroups(7).</summary>
internal static class Limits
{
    private const string Root = "/sys/fs/cgroup";
    /// <summary>Version 1 writes "no limit" as the largest number of whole pages.</summary>
    private const long Unlimited = long.MaxValue / 4096 * 4096;

    public static string Memory()
    {
        string? limit = Read("memory.max", "memory/memory.limit_in_bytes");
        string? used = Read("memory.current", "memory/memory.usage_in_bytes");
        string now = used is null ? "" : $", {Size(used)} in use";
        if (limit is null) return "no cgroup is visible";
        return limit == "max" || (long.TryParse(limit, CultureInfo.InvariantCulture, out long bytes) && bytes >= Unlimited)
            ? $"unlimited{now}" : $"limit {Size(limit)}{now}";
    }

    public static string Cpu()
    {
        // v2: "50000 100000" or "max 100000"; v1: two files, -1 for no limit.
        string? quota = Read("cpu.max", "cpu/cpu.cfs_quota_us");
        string? period = quota?.Split(' ') is [_, var second] ? second : Read("", "cpu/cpu.cfs_period_us");
        string machine = $"{Environment.ProcessorCount} usable";
        if (quota is null || period is null) return machine;
        string first = quota.Split(' ')[0];
        if (first is "max" or "-1" || !double.TryParse(first, CultureInfo.InvariantCulture, out double micros)) return $"{machine}, no quota";
        return string.Create(CultureInfo.InvariantCulture, $"{machine}, quota {micros / double.Parse(period, CultureInfo.InvariantCulture):0.##} CPUs");
    }

    public static string Pids()
    {
        string? limit = Read("pids.max", "pids/pids.max");
        return limit switch { null => "no cgroup is visible", "max" => "unlimited", _ => "at most " + limit };
    }

    private static string? Read(string two, string one) =>
        (two.Length > 0 ? ProcFile.Read($"{Root}/{two}") : null) ?? ProcFile.Read($"{Root}/{one}");

    private static string Size(string bytes) =>
        double.TryParse(bytes, CultureInfo.InvariantCulture, out double value)
            ? string.Create(CultureInfo.InvariantCulture, $"{value / (1 << 20):0.#} MiB") : bytes;
}
