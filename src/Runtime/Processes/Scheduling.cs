using System.Runtime.InteropServices;
using Sampan.Faults;
using Sampan.Linux.Children;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Processes;

/// <summary>process.scheduler: sched_setattr(2).</summary>
internal static unsafe class Scheduling
{
    /// <param name="cpus">linux.resources.cpu.cpus: the kernel gives no deadline to a process that is kept from some CPUs.</param>
    internal static void Add(ChildPlan plan, SchedulerSpec scheduler, string? cpus)
    {
        SchedulerAttributes attributes = new()
        {
            Size = (uint)sizeof(SchedulerAttributes),
            Policy = scheduler.Policy switch
            {
                "SCHED_OTHER" => 0,
                "SCHED_FIFO" => 1,
                "SCHED_RR" => 2,
                "SCHED_BATCH" => 3,
                "SCHED_IDLE" => 5,
                "SCHED_DEADLINE" => 6,
                _ => throw new FaultException(FaultKind.InvalidArgument, $"unknown process.scheduler.policy '{scheduler.Policy}'"),
            },
            Nice = scheduler.Nice ?? 0,
            Priority = (uint)(scheduler.Priority ?? 0),
            Runtime = scheduler.Runtime ?? 0,
            Deadline = scheduler.Deadline ?? 0,
            Period = scheduler.Period ?? 0,
        };
        foreach (string flag in scheduler.Flags ?? [])
            attributes.Flags |= flag switch
            {
                "SCHED_FLAG_RESET_ON_FORK" => 0x01,
                "SCHED_FLAG_RECLAIM" => 0x02,
                "SCHED_FLAG_DL_OVERRUN" => 0x04,
                "SCHED_FLAG_KEEP_POLICY" => 0x08,
                "SCHED_FLAG_KEEP_PARAMS" => 0x10,
                "SCHED_FLAG_UTIL_CLAMP_MIN" => 0x20,
                "SCHED_FLAG_UTIL_CLAMP_MAX" => 0x40,
                _ => throw new FaultException(FaultKind.InvalidArgument, $"unknown flag '{flag}' in process.scheduler.flags"),
            };
        plan.Call(string.IsNullOrEmpty(cpus) ? $"cannot set the scheduler {scheduler.Policy}" : $"cannot set the scheduler {scheduler.Policy} (process scheduler can't be used together with AllowedCPUs)", SyscallNumber.sched_setattr, 0, plan.Copy<SchedulerAttributes>([attributes]), 0);
    }

    /// <summary>struct sched_attr of linux/sched/types.h, version 0.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct SchedulerAttributes
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong Runtime;
        public ulong Deadline;
        public ulong Period;
    }
}
