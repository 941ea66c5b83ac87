using System.Buffers;
using System.Text.Json;
using Sampan.Linux.Cgroups;

namespace Sampan.Runtime.CommandLine;

/// <summary>The lines of <c>events</c>, in the members of runc's (types/events.go): zeroes are left out where runc leaves them out.</summary>
internal static class EventJson
{
    internal static ReadOnlySpan<byte> Oom(string id) => Event("oom"u8, id, null);

    internal static ReadOnlySpan<byte> Stats(string id, CgroupStats stats) => Event("stats"u8, id, stats);

    private static ReadOnlySpan<byte> Event(ReadOnlySpan<byte> type, string id, CgroupStats? stats)
    {
        ArrayBufferWriter<byte> buffer = new(4096);
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, type);
            json.WriteString("id"u8, id);
            if (stats is not null) Write(json, stats);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenSpan;
    }

    private static void Write(Utf8JsonWriter json, CgroupStats stats)
    {
        json.WriteStartObject("data"u8);
        WriteCpu(json, stats.Cpu);
        json.WriteStartObject("cpuset"u8);
        Numbers(json, "cpus", stats.Cpus);
        Numbers(json, "mems", stats.Mems);
        json.WriteEndObject();
        WriteMemory(json, stats.Memory);
        json.WriteStartObject("pids"u8);
        Number(json, "current", stats.Pids.Current);
        Number(json, "limit", stats.Pids.Limit);
        json.WriteEndObject();
        WriteBlockIO(json, stats);
        json.WriteStartObject("hugetlb"u8);
        foreach (HugetlbStat huge in stats.Hugetlb)
        {
            json.WriteStartObject(huge.PageSize);
            Number(json, "usage", huge.Usage);
            Number(json, "max", huge.MaxUsage);
            json.WriteNumber("failcnt"u8, huge.FailCount);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteStartObject("intel_rdt"u8);
        json.WriteEndObject();
        json.WriteNull("network_interfaces"u8);
        json.WriteEndObject();
    }

    private static void WriteCpu(Utf8JsonWriter json, CpuStats cpu)
    {
        json.WriteStartObject("cpu"u8);
        json.WriteStartObject("usage"u8);
        Number(json, "total", cpu.Total);
        Numbers(json, "percpu", cpu.PerCpu);
        Numbers(json, "percpu_kernel", cpu.PerCpuKernel);
        Numbers(json, "percpu_user", cpu.PerCpuUser);
        json.WriteNumber("kernel"u8, cpu.Kernel);
        json.WriteNumber("user"u8, cpu.User);
        json.WriteEndObject();
        json.WriteStartObject("throttling"u8);
        Number(json, "periods", cpu.Periods);
        Number(json, "throttledPeriods", cpu.ThrottledPeriods);
        Number(json, "throttledTime", cpu.ThrottledTime);
        json.WriteEndObject();
        WritePressure(json, cpu.Pressure);
        json.WriteEndObject();
    }

    private static void WriteMemory(Utf8JsonWriter json, MemoryStats memory)
    {
        json.WriteStartObject("memory"u8);
        Number(json, "cache", memory.Detail.GetValueOrDefault("cache", memory.Detail.GetValueOrDefault("file")));
        Counter(json, "usage", memory.Usage, new MemoryCounter(memory.MaxUsage, memory.Limit, memory.FailCount));
        Counter(json, "swap", memory.SwapUsage, new MemoryCounter(memory.SwapMaxUsage, memory.SwapLimit, memory.SwapFailCount));
        Counter(json, "kernel", memory.KernelUsage, memory.Kernel);
        Counter(json, "kernelTCP", memory.KernelTcpUsage, memory.KernelTcp);
        Table(json, "raw", memory.Detail);
        Table(json, "events", memory.Events);   // ours: runc has no place for memory.events
        WritePressure(json, memory.Pressure);
        json.WriteEndObject();
    }

    private static void WriteBlockIO(Utf8JsonWriter json, CgroupStats stats)
    {
        json.WriteStartObject("blkio"u8);
        for (BlockIOTable table = BlockIOTable.ServiceBytes; table <= BlockIOTable.Sectors; table++)
        {
            bool any = false;
            foreach (BlockIOStat entry in stats.BlockIO)
            {
                if (entry.Table != table) continue;
                if (!any) json.WriteStartArray(Name(table));
                any = true;
                json.WriteStartObject();
                Number(json, "major", entry.Major);
                Number(json, "minor", entry.Minor);
                json.WriteString("op"u8, entry.Operation);
                Number(json, "value", entry.Value);
                json.WriteEndObject();
            }
            if (any) json.WriteEndArray();
        }
        WritePressure(json, stats.BlockIOPressure);
        json.WriteEndObject();
    }

    private static string Name(BlockIOTable table) => table switch
    {
        BlockIOTable.ServiceBytes => "ioServiceBytesRecursive",
        BlockIOTable.Serviced => "ioServicedRecursive",
        BlockIOTable.Queued => "ioQueueRecursive",
        BlockIOTable.ServiceTime => "ioServiceTimeRecursive",
        BlockIOTable.WaitTime => "ioWaitTimeRecursive",
        BlockIOTable.Merged => "ioMergedRecursive",
        BlockIOTable.Time => "ioTimeRecursive",
        _ => "sectorsRecursive",
    };

    private static void WritePressure(Utf8JsonWriter json, Pressure? pressure)
    {
        if (pressure is null) return;
        json.WriteStartObject("psi"u8);
        Line("some", pressure.Some);
        if (pressure.Full is { } full) Line("full", full);
        json.WriteEndObject();

        void Line(string name, PressureLine line)
        {
            json.WriteStartObject(name);
            Percent("avg10", line.Average10);
            Percent("avg60", line.Average60);
            Percent("avg300", line.Average300);
            json.WriteNumber("total"u8, line.Total);
            json.WriteEndObject();
        }

        void Percent(string name, uint hundredths)
        {
            json.WritePropertyName(name);
            json.WriteRawValue($"{hundredths / 100}.{hundredths % 100:00}", skipInputValidation: true);
        }
    }

    private static void Counter(Utf8JsonWriter json, string name, ulong usage, MemoryCounter counter)
    {
        json.WriteStartObject(name);
        json.WriteNumber("limit"u8, counter.Limit);
        Number(json, "usage", usage);
        Number(json, "max", counter.MaxUsage);
        json.WriteNumber("failcnt"u8, counter.FailCount);
        json.WriteEndObject();
    }

    private static void Table(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, ulong> values)
    {
        if (values.Count == 0) return;
        json.WriteStartObject(name);
        foreach ((string key, ulong value) in values) json.WriteNumber(key, value);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, ulong value)
    {
        if (value != 0) json.WriteNumber(name, value);
    }

    private static void Numbers(Utf8JsonWriter json, string name, IReadOnlyList<ulong> values)
    {
        if (values.Count == 0) return;
        json.WriteStartArray(name);
        foreach (ulong value in values) json.WriteNumberValue(value);
        json.WriteEndArray();
    }
}
