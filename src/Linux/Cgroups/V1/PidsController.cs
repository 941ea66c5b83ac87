using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Cgroups.V1;

/// <summary>Documentation/admin-guide/cgroup-v1/pids.rst.</summary>
internal static class PidsController
{
    public static void Apply(CgroupV1 group, PidsResources? pids)
    {
        if (pids?.Limit is { } limit) group.Require("pids").Write("pids.max", Limit(limit));
    }

    /// <summary>Below 0 there is no limit; 0 is 1, as runc has it, since systemd knows no 0.</summary>
    public static string Limit(long limit) => limit < 0 ? "max" : Math.Max(1, limit).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
