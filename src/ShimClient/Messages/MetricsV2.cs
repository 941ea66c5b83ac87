using Sampan.Linux.Cgroups;
using Sampan.Specs.Protobuf;

namespace Sampan.ShimClient;

/// <summary>io.containerd.cgroups.v2.Metrics. https://github.com/containerd/cgroups/blob/v3.0.3/cgroup2/stats/metrics.proto</summary>
internal static class MetricsV2
{
    public const string TypeUrl = "io.containerd.cgroups.v2.Metrics";

    private const ulong NanosecondsPerMicrosecond = 1000;

    /// <summary>Names of memory.stat at the field numbers 1 to 31 of MemoryStat.</summary>
    public static readonly string[] MemoryNames =
    [
        "anon", "file", "kernel_stack", "slab", "sock", "shmem", "file_mapped", "file_dirty", "file_writeback", "anon_thp",
        "inactive_anon", "active_anon", "inactive_file", "active_file", "unevictable", "slab_reclaimable", "slab_unreclaimable",
        "pgfault", "pgmajfault", "workingset_refault", "workingset_activate", "workingset_nodereclaim",
        "pgrefill", "pgscan", "pgsteal", "pgactivate", "pgdeactivate", "pglazyfree", "pglazyfreed", "thp_fault_alloc", "thp_collapse_alloc",
    ];

    public static void Write(ProtobufWriter writer, CgroupStats stats)
    {
        MetricsV1.WritePids(writer, stats.Pids, field: 1);
        int cpu = writer.Begin(2);
        writer.UInt64(1, stats.Cpu.Total / NanosecondsPerMicrosecond);
        writer.UInt64(2, stats.Cpu.User / NanosecondsPerMicrosecond);
        writer.UInt64(3, stats.Cpu.Kernel / NanosecondsPerMicrosecond);
        writer.UInt64(4, stats.Cpu.Periods);
        writer.UInt64(5, stats.Cpu.ThrottledPeriods);
        writer.UInt64(6, stats.Cpu.ThrottledTime / NanosecondsPerMicrosecond);
        writer.End(cpu);
        int memory = writer.Begin(4);
        for (int i = 0; i < MemoryNames.Length; i++)
            if (stats.Memory.Detail.TryGetValue(MemoryNames[i], out ulong value)) writer.UInt64(i + 1, value);
        writer.UInt64(32, stats.Memory.Usage);
        writer.UInt64(33, stats.Memory.Limit);
        writer.UInt64(34, stats.Memory.SwapUsage);
        writer.UInt64(35, stats.Memory.SwapLimit);
        writer.UInt64(36, stats.Memory.MaxUsage);
        writer.End(memory);
        int io = writer.Begin(6);
        HashSet<ulong> written = [];
        foreach (BlockIOStat device in stats.BlockIO)
        {
            if (!written.Add(((ulong)device.Major << 32) | device.Minor)) continue;
            int entry = writer.Begin(1);
            writer.UInt64(1, device.Major);
            writer.UInt64(2, device.Minor);
            writer.UInt64(3, Value(stats.BlockIO, device, BlockIOTable.ServiceBytes, "read"));
            writer.UInt64(4, Value(stats.BlockIO, device, BlockIOTable.ServiceBytes, "write"));
            writer.UInt64(5, Value(stats.BlockIO, device, BlockIOTable.Serviced, "read"));
            writer.UInt64(6, Value(stats.BlockIO, device, BlockIOTable.Serviced, "write"));
            writer.End(entry);
        }
        writer.End(io);
        int events = writer.Begin(8);
        writer.UInt64(3, stats.Memory.FailCount);
        writer.UInt64(5, stats.Memory.OomKills);
        writer.End(events);
    }

    private static ulong Value(IReadOnlyList<BlockIOStat> all, BlockIOStat device, BlockIOTable table, string operation)
    {
        foreach (BlockIOStat entry in all)
            if (entry.Major == device.Major && entry.Minor == device.Minor && entry.Table == table && entry.Operation == operation) return entry.Value;
        return 0;
    }

    public static TaskStats Read(ReadOnlySpan<byte> data)
    {
        var stats = new TaskStats { CgroupVersion = 2 };
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: MetricsV1.ReadPids(reader.Bytes(), stats); break;
                case 2: ReadCpu(reader.Bytes(), stats); break;
                case 4: ReadMemory(reader.Bytes(), stats); break;
                case 6: ReadIo(reader.Bytes(), stats); break;
                default: reader.Skip(); break;
            }
        }
        return stats;
    }

    private static void ReadCpu(ReadOnlySpan<byte> data, TaskStats stats)
    {
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: stats.CpuTotalNanoseconds = reader.UInt64() * NanosecondsPerMicrosecond; break;
                case 2: stats.CpuUserNanoseconds = reader.UInt64() * NanosecondsPerMicrosecond; break;
                case 3: stats.CpuKernelNanoseconds = reader.UInt64() * NanosecondsPerMicrosecond; break;
                case 4: stats.ThrottlingPeriods = reader.UInt64(); break;
                case 5: stats.ThrottledPeriods = reader.UInt64(); break;
                case 6: stats.ThrottledNanoseconds = reader.UInt64() * NanosecondsPerMicrosecond; break;
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
                case >= 1 and <= 31: memory[MemoryNames[reader.Field - 1]] = reader.UInt64(); break;
                case 32: stats.MemoryUsage = reader.UInt64(); break;
                case 33: stats.MemoryLimit = reader.UInt64(); break;
                case 34: stats.SwapUsage = reader.UInt64(); break;
                case 36: stats.MemoryMaxUsage = reader.UInt64(); break;
                default: reader.Skip(); break;
            }
        }
        stats.Memory = memory;
    }

    private static void ReadIo(ReadOnlySpan<byte> data, TaskStats stats)
    {
        List<BlockIoStat> bytes = [], operations = [];
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            if (reader.Field == 1) ReadIoEntry(reader.Bytes(), bytes, operations);
            else reader.Skip();
        }
        (stats.IoBytes, stats.IoOperations) = (bytes, operations);
    }

    private static void ReadIoEntry(ReadOnlySpan<byte> data, List<BlockIoStat> bytes, List<BlockIoStat> operations)
    {
        ulong major = 0, minor = 0, read = 0, written = 0, reads = 0, writes = 0;
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: major = reader.UInt64(); break;
                case 2: minor = reader.UInt64(); break;
                case 3: read = reader.UInt64(); break;
                case 4: written = reader.UInt64(); break;
                case 5: reads = reader.UInt64(); break;
                case 6: writes = reader.UInt64(); break;
                default: reader.Skip(); break;
            }
        }
        // Docker spells v2's operations in lower case.
        bytes.Add(new(major, minor, "read", read));
        bytes.Add(new(major, minor, "write", written));
        operations.Add(new(major, minor, "read", reads));
        operations.Add(new(major, minor, "write", writes));
    }
}
