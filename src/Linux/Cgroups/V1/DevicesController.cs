using Sampan.Linux.Cgroups.Devices;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Cgroups.V1;

/// <summary>Documentation/admin-guide/cgroup-v1/devices.rst: the lines go to the kernel in their order; it keeps the exceptions itself.</summary>
internal static class DevicesController
{
    public static void Apply(CgroupV1 group, IReadOnlyList<DeviceCgroupRule>? rules)
    {
        foreach (DeviceCgroupRule rule in rules ?? [])
            group.Require("devices").Write(rule.Allow ? "devices.allow" : "devices.deny", Line(rule));
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
