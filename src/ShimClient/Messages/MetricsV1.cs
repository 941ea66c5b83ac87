using Sampan.Linux.Cgroups;
using Sampan.Specs.Protobuf;

namespace Sampan.ShimClient;

/// <summary>io.containerd.cgroups.v1.Metrics. https://github.com/containerd/cgroups/blob/v3.0.3/cgroup1/stats/metrics.proto</summary>
internal static class MetricsV1
{
    public const string TypeUrl = "io.containerd.cgroups.v1.Metrics";

    /// <summary>Names of memory.stat at the field numbers 1 to 32 of MemoryStat.</summary>
    public static readonly string[] MemoryNames =
    [
        "cache", "rss", "rss_huge", "mapped_file", "dirty", "writeback", "pgpgin", "pgpgout", "pgfault", "pgmajfault",
        "inactive_anon", "active_anon", "inactive_file", "active_file", "unevictable",
        "hierarchical_memory_limit", "hierarchical_memsw_limit",
        "total_cache", "total_rss", "total_rss_huge", "total_mapped_file", "total_dirty", "total_writeback",
        "total_pgpgin", "total_pgpgout", "total_pgfault", "total_pgmajfault",
        "total_inactive_anon", "total_active_anon", "total_inactive_file", "total_active_file", "total_unevictable",
    ];

    public static void Write(ProtobufWriter writer, CgroupStats stats)
    {
        foreach (var pages in stats.Hugetlb)
        {
            int hugetlb = writer.Begin(1);
            writer.UInt64(1, pages.Usage);
            writer.UInt64(2, pages.MaxUsage);
            writer.UInt64(3, pages.FailCount);
            writer.String(4, pages.PageSize);
            writer.End(hugetlb);
        }
        WritePids(writer, stats.Pids);
        int cpu = writer.Begin(3);
        int usage = writer.Begin(1);
        writer.UInt64(1, stats.Cpu.Total);
        writer.UInt64(2, stats.Cpu.Kernel);
        writer.UInt64(3, stats.Cpu.User);
        writer.PackedUInt64s(4, stats.Cpu.PerCpu);
        writer.End(usage);
        int throttling = writer.Begin(2);
        writer.UInt64(1, stats.Cpu.Periods);
        writer.UInt64(2, stats.Cpu.ThrottledPeriods);
        writer.UInt64(3, stats.Cpu.ThrottledTime);
        writer.End(throttling);
        writer.End(cpu);
        WriteMemory(writer, stats.Memory);
        int blkio = writer.Begin(5);
        foreach (var entry in stats.BlockIO)
        {
            int io = writer.Begin(entry.Table == BlockIOTable.ServiceBytes ? 1 : 2);
            writer.String(1, entry.Operation);
            writer.UInt64(3, entry.Major);
            writer.UInt64(4, entry.Minor);
            writer.UInt64(5, entry.Value);
            writer.End(io);
        }
        writer.End(blkio);
    }

    /// <summary>PidsStat, the same in both versions.</summary>
    public static void WritePids(ProtobufWriter writer, PidsStats stats, int field = 2)
    {
        int pids = writer.Begin(field);
        writer.UInt64(1, stats.Current);
        writer.UInt64(2, stats.Limit);
        writer.End(pids);
    }

    private static void WriteMemory(ProtobufWriter writer, MemoryStats stats)
    {
        int memory = writer.Begin(4);
        for (int i = 0; i < MemoryNames.Length; i++)
            if (stats.Detail.TryGetValue(MemoryNames[i], out ulong value)) writer.UInt64(i + 1, value);
        int usage = writer.Begin(33);
        writer.UInt64(1, stats.Limit);
        writer.UInt64(2, stats.Usage);
        writer.UInt64(3, stats.MaxUsage);
        writer.UInt64(4, stats.FailCount);
        writer.End(usage);
        int swap = writer.Begin(34);
        writer.UInt64(1, stats.SwapLimit);
        writer.UInt64(2, stats.SwapUsage);
        writer.End(swap);
        int kernel = writer.Begin(35);
        writer.UInt64(2, stats.KernelUsage);
        writer.End(kernel);
        int kernelTcp = writer.Begin(36);
        writer.UInt64(2, stats.KernelTcpUsage);
        writer.End(kernelTcp);
        writer.End(memory);
    }

    public static TaskStats Read(ReadOnlySpan<byte> data)
    {
        var stats = new TaskStats { CgroupVersion = 1 };
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2: ReadPids(reader.Bytes(), stats); break;
                case 3: ReadCpu(reader.Bytes(), stats); break;
                case 4: ReadMemory(reader.Bytes(), stats); break;
                case 5: ReadBlockIo(reader.Bytes(), stats); break;
                default: reader.Skip(); break;
            }
        }
        return stats;
    }

    /// <summary>PidsStat, the same in both versions.</summary>
    public static void ReadPids(ReadOnlySpan<byte> data, TaskStats stats)
    {
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: stats.PidsCurrent = reader.UInt64(); break;
                case 2: stats.PidsLimit = reader.UInt64(); break;
                default: reader.Skip(); break;
            }
        }
    }

    private static void ReadCpu(ReadOnlySpan<byte> data, TaskStats stats)
    {
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: ReadCpuUsage(reader.Bytes(), stats); break;
                case 2: ReadThrottle(reader.Bytes(), stats); break;
                default: reader.Skip(); break;
            }
        }
    }

    private static void ReadCpuUsage(ReadOnlySpan<byte> data, TaskStats stats)
    {
        var perCpu = new List<ulong>();
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: stats.CpuTotalNanoseconds = reader.UInt64(); break;
                case 2: stats.CpuKernelNanoseconds = reader.UInt64(); break;
                case 3: stats.CpuUserNanoseconds = reader.UInt64(); break;
                case 4: reader.UInt64s(perCpu); break;
                default: reader.Skip(); break;
            }
        }
        stats.CpuPerCpuNanoseconds = perCpu;
    }

    private static void ReadThrottle(ReadOnlySpan<byte> data, TaskStats stats)
    {
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: stats.ThrottlingPeriods = reader.UInt64(); break;
                case 2: stats.ThrottledPeriods = reader.UInt64(); break;
                case 3: stats.ThrottledNanoseconds = reader.UInt64(); break;
                default: reader.Skip(); break;
            }
        }
    }

    private static void ReadMemory(ReadOnlySpan<byte> data, TaskStats stats)
    {
        var memory = new Dictionary<string, ulong>();
        foreach (string name in MemoryNames) memory[name] = 0; // proto3 leaves zeros out
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case >= 1 and <= 32: memory[MemoryNames[reader.Field - 1]] = reader.UInt64(); break;
                case 33: (stats.MemoryLimit, stats.MemoryUsage, stats.MemoryMaxUsage, stats.MemoryFailCount) = ReadEntry(reader.Bytes()); break;
                case 34: stats.SwapUsage = ReadEntry(reader.Bytes()).Usage; break;
                default: reader.Skip(); break;
            }
        }
        stats.Memory = memory;
    }

    private static (ulong Limit, ulong Usage, ulong Max, ulong FailCount) ReadEntry(ReadOnlySpan<byte> data)
    {
        ulong limit = 0, usage = 0, max = 0, failures = 0;
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: limit = reader.UInt64(); break;
                case 2: usage = reader.UInt64(); break;
                case 3: max = reader.UInt64(); break;
                case 4: failures = reader.UInt64(); break;
                default: reader.Skip(); break;
            }
        }
        return (limit, usage, max, failures);
    }

    private static void ReadBlockIo(ReadOnlySpan<byte> data, TaskStats stats)
    {
        List<BlockIoStat> bytes = [], operations = [];
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: bytes.Add(ReadBlockIoEntry(reader.Bytes())); break;
                case 2: operations.Add(ReadBlockIoEntry(reader.Bytes())); break;
                default: reader.Skip(); break;
            }
        }
        (stats.IoBytes, stats.IoOperations) = (bytes, operations);
    }

    private static BlockIoStat ReadBlockIoEntry(ReadOnlySpan<byte> data)
    {
        string operation = "";
        ulong major = 0, minor = 0, value = 0;
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: operation = reader.String(); break;
                case 3: major = reader.UInt64(); break;
                case 4: minor = reader.UInt64(); break;
                case 5: value = reader.UInt64(); break;
                default: reader.Skip(); break;
            }
        }
        return new BlockIoStat(major, minor, operation, value);
    }
}
