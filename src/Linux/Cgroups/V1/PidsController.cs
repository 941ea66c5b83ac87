using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Cgroups.V1;

/// <summary>Documentation/admin-guide/cgroup-v1/pids.rst.</summary>
internal static class PidsController
{
    public static void Apply(CgroupV1 group, PidsResources? pids)
    {
        if (pids?.Limit is { } limit) group.Require("pids").Write("pids.max", Limit(limit));
    }

    /// <summary>0 and below are no limit.</summary>
    public static string Limit(long limit) => limit > 0 ? limit.ToString(System.Globalization.CultureInfo.InvariantCulture) : "max";
}
