namespace Sampan.Runtime.Rootfs;

/// <summary>What may be mounted in /proc: procfs itself, and the files that lxcfs-like programs replace. Anything else could redirect
/// what runtimes write there.</summary>
internal static class ProcPlaces
{
    private static readonly string[] Replaceable =
    [
        "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat", "/proc/swaps", "/proc/uptime", "/proc/loadavg",
        "/proc/slabinfo", "/proc/net/dev", "/proc/sys/kernel/ns_last_pid", "/proc/sys/crypto/fips_enabled",
    ];

    /// <param name="type">Null for a bind mount, unless its source is a procfs itself.</param>
    internal static bool IsAllowed(string destination, string? type)
    {
        string clean = Path.GetFullPath($"/{destination.TrimStart('/')}");
        if (clean == "/proc") return type == "proc";
        return !clean.StartsWith("/proc/", StringComparison.Ordinal) || Array.IndexOf(Replaceable, clean) >= 0;
    }
}
