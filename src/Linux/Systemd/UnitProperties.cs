using Sampan.Linux.Cgroups;
using Sampan.Linux.Cgroups.V2;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Systemd;

/// <summary>Properties of a unit as systemd's methods take them: an array of name and variant. org.freedesktop.systemd1(5), systemd.resource-control(5)</summary>
internal sealed class UnitProperties(DBusWriter writer)
{
    private const ulong Infinity = ulong.MaxValue, UsecPerSecond = 1_000_000, WholePercent = 10_000;

    internal void Text(string name, string value)
    {
        Begin(name, "s");
        writer.String(value);
    }

    internal void Flag(string name, bool value)
    {
        Begin(name, "b");
        writer.Boolean(value);
    }

    internal void Number(string name, ulong value)
    {
        Begin(name, "t");
        writer.UInt64(value);
    }

    internal void Value(string name, VariantText value)
    {
        Begin(name, value.Type);
        value.Write(writer);
    }

    internal void Pids(int pid)
    {
        Begin("PIDs", "au");
        var array = writer.BeginArray(4);
        writer.UInt32((uint)pid);
        writer.EndArray(array);
    }

    /// <summary>Those limits that systemd would otherwise set back when it touches the unit. The others are its group's files alone.</summary>
    internal void Limits(LinuxResources resources, bool unified)
    {
        if (resources.Memory is { } memory)
        {
            Bytes(unified ? "MemoryMax" : "MemoryLimit", memory.Limit);
            if (unified) Bytes("MemoryLow", memory.Reservation);
            if (unified && V2Limits.SwapOf(memory) is { } swap) Number("MemorySwapMax", swap == "max" ? Infinity : ulong.Parse(swap, System.Globalization.CultureInfo.InvariantCulture));
        }
        if (resources.Cpu is { } cpu)
        {
            if (cpu.Shares is > 0) Number(unified ? "CPUWeight" : "CPUShares", unified ? CpuWeight.Of(cpu.Shares.Value) : cpu.Shares.Value);
            if (cpu.Quota is { } quota and not 0)
            {
                ulong period = cpu.Period is > 0 ? cpu.Period.Value : 100_000;
                if (cpu.Period is > 0) Number("CPUQuotaPeriodUSec", period);
                // systemd keeps whole percents; less than asked for would be too little.
                Number("CPUQuotaPerSecUSec", quota < 0 ? Infinity : ((((ulong)quota * UsecPerSecond / period) + WholePercent - 1) / WholePercent) * WholePercent);
            }
            if (unified) Mask("AllowedCPUs", cpu.Cpus);
            if (unified) Mask("AllowedMemoryNodes", cpu.Mems);
        }
        if (resources.Pids?.Limit is { } pids) Number("TasksMax", pids < 0 ? Infinity : (ulong)Math.Max(1, pids));
        if (resources.BlockIO?.Weight is > 0 and var weight) Number(unified ? "IOWeight" : "BlockIOWeight", unified ? 1 + (((ulong)weight - 10) * 9999 / 990) : weight);
    }

    private void Bytes(string name, long? value)
    {
        if (value is { } bytes and not 0) Number(name, bytes < 0 ? Infinity : (ulong)bytes);
    }

    private void Mask(string name, string? list)
    {
        if (CpuList.Parse(list) is not { Count: > 0 } numbers) return;
        ulong largest = 0;
        foreach (ulong number in numbers) largest = Math.Max(largest, number);
        byte[] bits = new byte[(largest / 8) + 1];
        foreach (ulong number in numbers) bits[number / 8] |= (byte)(1 << (int)(number % 8));
        Begin(name, "ay");
        var array = writer.BeginArray(1);
        writer.Bytes(bits);
        writer.EndArray(array);
    }

    private void Begin(string name, string type)
    {
        writer.Align(8);
        writer.String(name);
        writer.Signature(type);
    }
}
