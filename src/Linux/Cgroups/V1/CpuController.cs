using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Cgroups.V1;

/// <summary>Documentation/scheduler/sched-bwc.rst, sched-rt-group.rst.</summary>
internal static class CpuController
{
    public static void Apply(CgroupV1 group, CpuResources? cpu)
    {
        if (cpu is null) return;
        // A period below the old runtime is taken only once the new runtime stands.
        bool periodLater = cpu.RealtimePeriod is > 0 && group.Require("cpu").TryWrite("cpu.rt_period_us", Text(cpu.RealtimePeriod.Value)) != Errno.None;
        if (cpu.RealtimeRuntime is { } runtime and not 0) group.Require("cpu").Write("cpu.rt_runtime_us", runtime);
        if (periodLater) group.Require("cpu").Write("cpu.rt_period_us", cpu.RealtimePeriod!.Value);
        if (cpu.Shares is > 0) group.Require("cpu").Write("cpu.shares", cpu.Shares.Value);
        if (cpu.Idle is { } idle) group.Require("cpu").Write("cpu.idle", idle);
        ApplyBandwidth(group, cpu);
    }

    private static void ApplyBandwidth(CgroupV1 group, CpuResources cpu)
    {
        if (cpu.Period is not > 0 && cpu.Quota is null or 0 && cpu.Burst is null) return;
        ControlDirectory directory = group.Require("cpu");
        // A burst may not exceed the quota, nor a period make the quota exceed the parent's share: what the old values
        // forbid is written again once the new ones stand.
        bool burstLater = cpu.Burst is { } early && directory.TryWrite("cpu.cfs_burst_us", Text(early)) != Errno.None;
        bool periodLater = cpu.Period is > 0 && directory.TryWrite("cpu.cfs_period_us", Text(cpu.Period.Value)) != Errno.None;
        if (cpu.Quota is { } quota and not 0) directory.Write("cpu.cfs_quota_us", quota < 0 ? -1 : quota);
        if (periodLater) directory.Write("cpu.cfs_period_us", cpu.Period!.Value);
        if (burstLater) directory.Write("cpu.cfs_burst_us", cpu.Burst!.Value);
    }

    private static string Text(ulong value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
