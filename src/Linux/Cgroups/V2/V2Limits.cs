using System.Globalization;
using Sampan.Faults;
using Sampan.Linux.Cgroups.Devices;
using Sampan.Linux.Cgroups.V1;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Cgroups.V2;

/// <summary>linux.resources, which speaks v1, written into cgroup v2's files; the conversions are those of runc and crun
/// (crun.1 § cgroup v2, runc docs/systemd.md).</summary>
internal static class V2Limits
{
    public static void Apply(ControlDirectory group, LinuxResources resources)
    {
        ApplyCpu(group, resources.Cpu);
        ApplyMemory(group, resources.Memory);
        if (resources.Pids?.Limit is { } pids) group.Write("pids.max", PidsController.Limit(pids));
        ApplyIO(group, resources.BlockIO);
        foreach (HugepageLimit limit in resources.HugepageLimits ?? [])
        {
            group.Write($"hugetlb.{limit.PageSize}.max", limit.Limit);
            if (group.Has($"hugetlb.{limit.PageSize}.rsvd.max")) group.Write($"hugetlb.{limit.PageSize}.rsvd.max", limit.Limit);
        }
        if (resources.Network is { } network && (network.ClassID is > 0 || network.Priorities is { Count: > 0 }))
            throw new FaultException(FaultKind.NotSupported, "cannot apply linux.resources.network: net_cls and net_prio exist on cgroup v1 only");
        if (resources.Rdma is { Count: > 0 } rdma) ApplyRdma(group, rdma);
        if (resources.Devices is { Count: > 0 } devices) DeviceProgram.Attach(group, DeviceFilter.From(devices));
        ApplyUnified(group, resources.Unified);
    }

    public static void ApplyRdma(ControlDirectory group, IReadOnlyDictionary<string, RdmaResources> rdma)
    {
        foreach ((string device, RdmaResources limit) in rdma)
            group.Write("rdma.max", $"{device}{(limit.HcaHandles is { } handles ? $" hca_handle={handles}" : "")}{(limit.HcaObjects is { } objects ? $" hca_object={objects}" : "")}");
    }

    private static void ApplyCpu(ControlDirectory group, CpuResources? cpu)
    {
        if (cpu is null) return;
        if (cpu.RealtimeRuntime is not (null or 0) || cpu.RealtimePeriod is > 0)
            throw new FaultException(FaultKind.NotSupported, "cannot apply linux.resources.cpu.realtimeRuntime and realtimePeriod: cgroup v2 has no realtime limits");
        if (cpu.Idle is { } idle) group.Write("cpu.idle", idle);
        if (cpu.Shares is > 0 && cpu.Idle is null or 0) group.Write("cpu.weight", CpuWeight.Of(cpu.Shares ?? 1024));
        bool burstLater = cpu.Burst is { } burst && group.TryWrite("cpu.max.burst", Text(burst)) != Errno.None;
        if (cpu.Quota is not (null or 0) || cpu.Period is > 0)
        {
            string quota = cpu.Quota switch
            {
                > 0 => Text((ulong)cpu.Quota.Value),
                null or 0 => group.TryRead("cpu.max")?.Split(' ')[0] ?? "max",   // a new period keeps the quota
                _ => "max",
            };
            group.Write("cpu.max", cpu.Period is > 0 ? $"{quota} {cpu.Period.Value}" : quota);
        }
        if (burstLater) group.Write("cpu.max.burst", cpu.Burst!.Value);
        if (cpu.Cpus is { Length: > 0 } cpus) group.Write("cpuset.cpus", cpus);
        if (cpu.Mems is { Length: > 0 } mems) group.Write("cpuset.mems", mems);
    }

    private static void ApplyMemory(ControlDirectory group, MemoryResources? memory)
    {
        if (memory is null) return;
        // memory.Kernel and KernelTCP: v2 counts both within memory.max, and runc ignores them.
        if (memory.DisableOOMKiller is true)
            throw new FaultException(FaultKind.NotSupported, "cannot apply linux.resources.memory.disableOOMKiller: cgroup v2 cannot disable the killer");
        if (memory.Swappiness is not null)
            throw new FaultException(FaultKind.NotSupported, "cannot apply linux.resources.memory.swappiness: cgroup v2 has no swappiness per group");
        if (memory.CheckBeforeUpdate is true && memory.Limit is > 0 && group.TryReadNumber("memory.current") is { } usage && usage > (ulong)memory.Limit)
            throw new FaultException(FaultKind.InvalidArgument, $"unable to set memory limit to {memory.Limit} (current usage: {usage}, peak usage: {group.TryReadNumber("memory.peak")})");
        if (SwapOf(memory) is { } swap)
        {
            // Without swap in the kernel "no swap beyond the limit" and "no limit" hold by themselves.
            Errno errno = group.TryWrite("memory.swap.max", swap);
            if (errno != Errno.None && !(errno == Errno.ENOENT && swap is "max" or "0")) group.Write("memory.swap.max", swap);
        }
        if (memory.Limit is { } limit and not 0) group.Write("memory.max", limit < 0 ? "max" : Text((ulong)limit));
        if (memory.Reservation is { } low and not 0) group.Write("memory.low", low < 0 ? "max" : Text((ulong)low));
    }

    /// <summary>v1 counts memory and swap together, v2 swap alone. Null: leave as it is.</summary>
    /// <exception cref="FaultException">InvalidArgument when swap has no memory limit to stand on, or is below it.</exception>
    internal static string? SwapOf(MemoryResources memory)
    {
        long limit = memory.Limit ?? 0, swap = memory.Swap ?? 0;
        if (swap == 0) return limit == -1 ? "max" : null;
        if (swap < 0) return "max";
        if (limit is 0 or -1)
            throw new FaultException(FaultKind.InvalidArgument, "unable to set swap limit without memory limit");
        if (swap < limit)
            throw new FaultException(FaultKind.InvalidArgument, $"memory+swap limit {swap} should be >= memory limit {limit}");
        return Text((ulong)(swap - limit));
    }

    private static void ApplyIO(ControlDirectory group, BlockIOResources? io)
    {
        if (io is null) return;
        if (io.LeafWeight is > 0)
            throw new FaultException(FaultKind.NotSupported, "cannot apply linux.resources.blockIO.leafWeight: cgroup v2 has none");
        if (io.Weight is > 0)
        {
            // BFQ's own file has the same scale as v1; io.weight is 1 to 10000.
            uint weight = BlockIOController.CheckedWeight(io.Weight.Value);
            if (group.TryWrite("io.bfq.weight", Text(weight)) != Errno.None) group.Write("io.weight", $"default {1 + ((weight - 10) * 9999 / 990)}");
        }
        foreach (WeightDevice device in io.WeightDevice ?? [])
            if (device.Weight is > 0) group.Write("io.bfq.weight", $"{device.Major}:{device.Minor} {BlockIOController.CheckedWeight(device.Weight.Value)}");
        Throttle(group, "rbps", io.ThrottleReadBpsDevice);
        Throttle(group, "wbps", io.ThrottleWriteBpsDevice);
        Throttle(group, "riops", io.ThrottleReadIOPSDevice);
        Throttle(group, "wiops", io.ThrottleWriteIOPSDevice);
    }

    private static void Throttle(ControlDirectory group, string key, IReadOnlyList<ThrottleDevice>? devices)
    {
        foreach (ThrottleDevice device in devices ?? [])
            group.Write("io.max", $"{device.Major}:{device.Minor} {key}={(device.Rate == 0 ? "max" : Text(device.Rate))}");
    }

    private static void ApplyUnified(ControlDirectory group, IReadOnlyDictionary<string, string>? unified)
    {
        foreach ((string file, string value) in unified ?? new Dictionary<string, string>())
        {
            if (file.Contains('/') || file is "" or "." or ".." || file.StartsWith("cgroup.", StringComparison.Ordinal) || !file.Contains('.'))
                throw new FaultException(FaultKind.InvalidArgument, $"invalid key '{file}' in linux.resources.unified: it must be a controller's file, such as 'memory.high'");
            // Files such as io.max take one line in a write.
            foreach (string line in value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                group.Write(file, line);
        }
    }

    private static string Text(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
