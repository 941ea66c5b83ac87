using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Cgroups.V1;

/// <summary>hugetlb, net_cls, net_prio and rdma: rarely asked for, one or two files each.
/// Documentation/admin-guide/cgroup-v1/{hugetlb,net_cls,net_prio,rdma}.rst.</summary>
internal static class OtherControllers
{
    public static void Apply(CgroupV1 group, LinuxResources resources)
    {
        ApplyHugetlb(group, resources.HugepageLimits);
        if (resources.Network?.ClassID is { } classId and not 0) group.Require("net_cls").Write("net_cls.classid", classId);
        foreach (InterfacePriority priority in resources.Network?.Priorities ?? [])
            group.Require("net_prio").Write("net_prio.ifpriomap", $"{priority.Name} {priority.Priority}");
        if (resources.Rdma is not { Count: > 0 } rdma) return;
        if (group.Find("rdma") is { } directory) V2.V2Limits.ApplyRdma(directory, rdma);
        else group.RequireUnified("rdma").Apply(new LinuxResources { Rdma = rdma });
    }

    private static void ApplyHugetlb(CgroupV1 group, IReadOnlyList<HugepageLimit>? limits)
    {
        if (limits is not { Count: > 0 }) return;
        if (group.Find("hugetlb") is not { } directory)
        {
            group.RequireUnified("hugetlb").Apply(new LinuxResources { HugepageLimits = limits });
            return;
        }
        foreach (HugepageLimit limit in limits)
        {
            directory.Write($"hugetlb.{limit.PageSize}.limit_in_bytes", limit.Limit);
            // Reservations count separately since Linux 5.7.
            if (directory.Has($"hugetlb.{limit.PageSize}.rsvd.limit_in_bytes"))
                directory.Write($"hugetlb.{limit.PageSize}.rsvd.limit_in_bytes", limit.Limit);
        }
    }
}
