using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Cgroups.V1;

/// <summary>Documentation/admin-guide/cgroup-v1/cpusets.rst. A new cpuset is empty and takes no process until cpus and mems are set.</summary>
internal static class CpusetController
{
    public static void Apply(CgroupV1 group, CpuResources? cpu)
    {
        if (cpu?.Cpus is { Length: > 0 } cpus) group.Require("cpuset").Write("cpuset.cpus", cpus);
        if (cpu?.Mems is { Length: > 0 } mems) group.Require("cpuset").Write("cpuset.mems", mems);
    }

    /// <summary>Copies the parent's cpus and mems into a group that has none.</summary>
    public static void Inherit(ControlDirectory group)
    {
        ControlDirectory parent = group.Parent;
        foreach (string file in (ReadOnlySpan<string>)["cpuset.cpus", "cpuset.mems"])
            if (string.IsNullOrWhiteSpace(group.TryRead(file)) && parent.TryRead(file) is { } inherited && !string.IsNullOrWhiteSpace(inherited))
                group.Write(file, inherited);
    }
}
