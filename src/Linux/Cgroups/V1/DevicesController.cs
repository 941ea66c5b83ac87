using Sampan.Linux.Cgroups.Devices;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Cgroups.V1;

/// <summary>Documentation/admin-guide/cgroup-v1/devices.rst: the lines go to the kernel in their order; it keeps the exceptions itself.</summary>
internal static class DevicesController
{
    public static void Apply(CgroupV1 group, IReadOnlyList<DeviceCgroupRule>? rules)
    {
        if (rules is not { Count: > 0 }) return;
        ControlDirectory directory = group.Require("devices");
        ControlWriter? allow = null, deny = null;
        HashSet<string> allowed = [];
        try
        {
            foreach (DeviceCgroupRule rule in rules)
            {
                string line = Line(rule);
                if (!rule.Allow) allowed.Clear();
                else if (!allowed.Add(line)) continue;   // as a config's own rules and the default devices repeat each other
                (rule.Allow ? allow ??= new ControlWriter(directory, "devices.allow") : deny ??= new ControlWriter(directory, "devices.deny")).Write(line);
            }
        }
        finally
        {
            allow?.Dispose();
            deny?.Dispose();
        }
    }

    // c 1:3 rwm      b *:* m      a *:* rwm
    internal static string Line(DeviceCgroupRule rule)
    {
        DeviceRule checkedRule = DeviceRule.From(rule);
        if (checkedRule.Type == 'a') return "a";
        return $"{checkedRule.Type} {Number(checkedRule.Major)}:{Number(checkedRule.Minor)} {checkedRule.AccessText}";
    }

    private static string Number(uint? number) => number is { } value ? value.ToString(System.Globalization.CultureInfo.InvariantCulture) : "*";
}
