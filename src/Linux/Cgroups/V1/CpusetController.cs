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

    /// <summary>Copies the parent's cpus and mems into a group that has none, and first into a parent that somebody made and left empty.</summary>
    public static void Inherit(ControlDirectory group)
    {
        ControlDirectory parent = group.Parent;
        foreach (string file in (ReadOnlySpan<string>)["cpuset.cpus", "cpuset.mems"])
        {
            if (group.TryRead(file) is not { } own || !string.IsNullOrWhiteSpace(own) || parent.TryRead(file) is not { } inherited) continue;
            if (string.IsNullOrWhiteSpace(inherited))
            {
                Inherit(parent);
                inherited = parent.TryRead(file) ?? "";
            }
            if (!string.IsNullOrWhiteSpace(inherited)) group.Write(file, inherited);
        }
    }
}
