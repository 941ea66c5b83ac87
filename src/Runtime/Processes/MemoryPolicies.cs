using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Children;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Processes;

/// <summary>linux.memoryPolicy: set_mempolicy(2). It outlives execve.</summary>
internal static unsafe class MemoryPolicies
{
    internal static readonly string[] Modes =   // linux/mempolicy.h, by number
        ["MPOL_DEFAULT", "MPOL_PREFERRED", "MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_LOCAL", "MPOL_PREFERRED_MANY", "MPOL_WEIGHTED_INTERLEAVE"];

    internal static readonly string[] Flags = ["MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES"];

    /// <exception cref="FaultException">InvalidArgument: an unknown mode or flag, nodes that are no list or do not suit the mode.</exception>
    internal static void Add(ChildPlan plan, MemoryPolicy? policy)
    {
        if (policy is null) return;
        int mode = Array.IndexOf(Modes, policy.Mode);
        if (mode < 0) throw new FaultException(FaultKind.InvalidArgument, $"invalid memory policy mode '{policy.Mode}' in linux.memoryPolicy: expected a name such as MPOL_BIND");
        foreach (string flag in policy.Flags ?? [])
            mode |= flag switch
            {
                "MPOL_F_STATIC_NODES" => 1 << 15,
                "MPOL_F_RELATIVE_NODES" => 1 << 14,
                "MPOL_F_NUMA_BALANCING" => 1 << 13,
                _ => throw new FaultException(FaultKind.InvalidArgument, $"invalid memory policy flag '{flag}' in linux.memoryPolicy.flags"),
            };
        ulong[] nodes = NumberList.Parse(policy.Nodes ?? "")
            ?? throw new FaultException(FaultKind.InvalidArgument, $"invalid memory policy nodes '{policy.Nodes}' in linux.memoryPolicy: expected a list such as 0-3,7");
        bool takesNone = policy.Mode is "MPOL_DEFAULT" or "MPOL_LOCAL", needsSome = !takesNone && policy.Mode != "MPOL_PREFERRED";
        int count = 0;
        foreach (ulong word in nodes) count += System.Numerics.BitOperations.PopCount(word);
        if (takesNone && count > 0) throw new FaultException(FaultKind.InvalidArgument, $"memory policy mode requires 0 nodes but got {count}: remove linux.memoryPolicy.nodes for {policy.Mode}");
        if (needsSome && count == 0) throw new FaultException(FaultKind.InvalidArgument, $"memory policy mode requires at least one node but got 0: add linux.memoryPolicy.nodes for {policy.Mode}");
        // The kernel looks at one bit less than it is told.
        plan.Call($"cannot set the memory policy {policy.Mode}", SyscallNumber.set_mempolicy, mode, nodes.Length == 0 ? null : plan.Copy<ulong>(nodes), nodes.Length == 0 ? 0 : (nodes.Length * 64) + 1);
    }
}
