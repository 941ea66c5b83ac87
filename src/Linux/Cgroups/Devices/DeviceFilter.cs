using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Cgroups.Devices;

/// <summary>What a list of device rules comes to, worked out as the v1 controller does (security/device_cgroup.c): a default and exceptions to it.</summary>
/// <param name="DefaultAllow">The answer where no exception holds. Without any rule everything is allowed.</param>
internal sealed record DeviceFilter(bool DefaultAllow, IReadOnlyList<DeviceRule> Exceptions)
{
    public static DeviceFilter From(IReadOnlyList<DeviceCgroupRule> rules)
    {
        bool allow = true;
        List<DeviceRule> exceptions = [];
        foreach (DeviceCgroupRule given in rules)
        {
            DeviceRule rule = DeviceRule.From(given);
            if (rule.Type == 'a')
            {
                allow = rule.Allow;
                exceptions.Clear();
                continue;
            }
            int same = exceptions.FindIndex(e => (e.Type, e.Major, e.Minor) == (rule.Type, rule.Major, rule.Minor));
            if (rule.Allow != allow)
            {
                if (same < 0) exceptions.Add(rule);
                else exceptions[same] = rule with { Access = exceptions[same].Access | rule.Access };
            }
            else if (same >= 0)
            {
                exceptions[same] = exceptions[same] with { Access = exceptions[same].Access & ~rule.Access };
                if (exceptions[same].Access == DeviceAccess.None) exceptions.RemoveAt(same);
            }
        }
        return new DeviceFilter(allow, exceptions);
    }

    /// <summary>The answer for one use: what the program of <see cref="DeviceProgram"/> computes in the kernel.</summary>
    public bool Allows(char type, uint major, uint minor, DeviceAccess access)
    {
        foreach (DeviceRule rule in Exceptions)
        {
            if (rule.Type != type || (rule.Major ?? major) != major || (rule.Minor ?? minor) != minor) continue;
            // Allowed must be all of what is asked; denied is enough in part.
            if (DefaultAllow ? (access & rule.Access) != 0 : (access & ~rule.Access) == 0) return !DefaultAllow;
        }
        return DefaultAllow;
    }
}
