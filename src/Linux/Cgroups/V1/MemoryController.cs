using Sampan.Faults;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Cgroups.V1;

/// <summary>Documentation/admin-guide/cgroup-v1/memory.rst.</summary>
internal static class MemoryController
{
    private const string LimitFile = "memory.limit_in_bytes", SwapFile = "memory.memsw.limit_in_bytes";

    public static void Apply(CgroupV1 group, MemoryResources? memory, bool fresh)
    {
        if (memory is null) return;
        // memory.Kernel: kernels since 5.16 have no limit of their own for it, and runc ignores it since 1.0.
        if (memory.UseHierarchy is false)
            throw new FaultException(FaultKind.NotSupported, "cannot apply linux.resources.memory.useHierarchy: false: kernels since 5.11 always count the groups below; remove it");
        ApplyLimits(group, memory, fresh);
        if (memory.KernelTCP is { } tcp and not 0) group.Require("memory").Write("memory.kmem.tcp.limit_in_bytes", tcp);
        if (memory.Reservation is { } reservation and not 0) group.Require("memory").Write("memory.soft_limit_in_bytes", reservation);
        if (memory.DisableOOMKiller is { } disabled && (disabled || !fresh)) group.Require("memory").Write("memory.oom_control", disabled ? "1" : "0");
        if (memory.Swappiness is { } swappiness)
        {
            if (swappiness > 100)
                throw new FaultException(FaultKind.InvalidArgument, $"invalid memory swappiness {swappiness}: it must be 0 to 100");
            group.Require("memory").Write("memory.swappiness", swappiness);
        }
    }

    /// <summary>memsw may never be below the limit: which of the two goes first depends on the direction.</summary>
    private static void ApplyLimits(CgroupV1 group, MemoryResources memory, bool fresh)
    {
        long limit = memory.Limit ?? 0, swap = memory.Swap ?? 0;
        if (limit == -1 && memory.Swap is null && group.Find("memory")?.Has(SwapFile) == true) swap = -1;   // no limit of memory alone is no limit at all
        if (limit == 0 && swap == 0) return;
        ControlDirectory directory = group.Require("memory");
        if (memory.CheckBeforeUpdate is true && limit > 0 && directory.TryReadNumber("memory.usage_in_bytes") is { } usage && usage > (ulong)limit)
            throw new FaultException(FaultKind.InvalidArgument, $"unable to set memory limit to {limit} (current usage: {usage}, peak usage: {directory.TryReadNumber("memory.max_usage_in_bytes")})");
        bool swapFirst = !fresh && limit != 0 && swap != 0
            && (swap == -1 || (directory.TryReadNumber(SwapFile) is { } current && current < (ulong)swap));
        if (swapFirst) directory.Write(SwapFile, swap);
        if (limit != 0) WriteLimit(directory, limit);
        if (swap != 0 && !swapFirst) directory.Write(SwapFile, swap);
    }

    private static void WriteLimit(ControlDirectory directory, long limit)
    {
        Errno errno = directory.TryWrite(LimitFile, limit.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (errno == Errno.EBUSY)
            throw new FaultException(FaultKind.Conflict, $"unable to set memory limit to {limit} (current usage: {directory.TryReadNumber("memory.usage_in_bytes")}, peak usage: {directory.TryReadNumber("memory.max_usage_in_bytes")})");
        if (errno != Errno.None) directory.Write(LimitFile, limit);   // the same failure again, with its message
    }
}
