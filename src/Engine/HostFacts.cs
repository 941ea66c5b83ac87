using System.Globalization;

namespace Sampan.Engine;

/// <summary>What this machine is, from procfs and os-release(5).</summary>
internal static class HostFacts
{
    private const ulong NanosecondsPerTick = 10_000_000;   // USER_HZ is 100. time(7)

    /// <summary>Bytes of memory.</summary>
    public static ulong MemoryBytes => LazyMemory.Value;

    private static readonly Lazy<ulong> LazyMemory = new(ReadMemory);

    /// <summary>Nanoseconds that all CPUs have spent in any state since boot.</summary>
    public static ulong CpuNanoseconds()
    {
        // cpu  3357 0 4313 1362393 0 0 0 0 0 0    proc_stat(5); guest time, the last two, is in user time already
        string[] fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        ulong ticks = 0;
        foreach (string field in fields.Skip(1).Take(8))
            ticks += ulong.Parse(field, NumberStyles.None, CultureInfo.InvariantCulture);
        return ticks * NanosecondsPerTick;
    }

    public static string KernelVersion => File.ReadAllText("/proc/sys/kernel/osrelease").Trim();

    /// <summary>PRETTY_NAME and VERSION_ID.</summary>
    public static (string Name, string Version) OperatingSystem()
    {
        string file = File.Exists("/etc/os-release") ? "/etc/os-release" : "/usr/lib/os-release";
        var values = !File.Exists(file) ? [] : File.ReadLines(file).Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2)
            .GroupBy(pair => pair[0]).ToDictionary(group => group.Key, group => group.Last()[1].Trim('"', '\''));
        return (values.GetValueOrDefault("PRETTY_NAME", "Linux"), values.GetValueOrDefault("VERSION_ID", ""));
    }

    /// <summary>uname -m.</summary>
    public static string Machine => System.Runtime.InteropServices.RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "x86_64",
        System.Runtime.InteropServices.Architecture.Arm64 => "aarch64",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>The architecture's name in image documents.</summary>
    public static string GoArchitecture => Machine switch { "x86_64" => "amd64", "aarch64" => "arm64", var other => other };

    private static ulong ReadMemory()
    {
        // MemTotal:       24632772 kB    proc_meminfo(5)
        string line = File.ReadLines("/proc/meminfo").First(text => text.StartsWith("MemTotal:", StringComparison.Ordinal));
        return ulong.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], NumberStyles.None, CultureInfo.InvariantCulture) * 1024;
    }
}
