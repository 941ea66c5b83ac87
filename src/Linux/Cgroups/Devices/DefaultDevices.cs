using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Cgroups.Devices;

/// <summary>The devices every container gets (runtime-spec config-linux.md § Default Devices) and may use whatever the rules before say,
/// as runc reads the specification: mknod of anything, the terminals, and the harmless character devices.</summary>
internal static class DefaultDevices
{
    private static readonly DeviceCgroupRule[] Rules =
    [
        new() { Allow = true, Type = "c", Access = "m" },
        new() { Allow = true, Type = "b", Access = "m" },
        new() { Allow = true, Type = "c", Major = 1, Minor = 3, Access = "rwm" },     // null
        new() { Allow = true, Type = "c", Major = 1, Minor = 5, Access = "rwm" },     // zero
        new() { Allow = true, Type = "c", Major = 1, Minor = 7, Access = "rwm" },     // full
        new() { Allow = true, Type = "c", Major = 1, Minor = 8, Access = "rwm" },     // random
        new() { Allow = true, Type = "c", Major = 1, Minor = 9, Access = "rwm" },     // urandom
        new() { Allow = true, Type = "c", Major = 5, Minor = 0, Access = "rwm" },     // tty
        new() { Allow = true, Type = "c", Major = 5, Minor = 2, Access = "rwm" },     // ptmx
        new() { Allow = true, Type = "c", Major = 136, Access = "rwm" },              // pts/*
    ];

    /// <summary>The rules with those defaults behind them that no later rule of theirs says already; nothing without rules.</summary>
    public static IReadOnlyList<DeviceCgroupRule>? AppendTo(IReadOnlyList<DeviceCgroupRule>? rules)
    {
        if (rules is not { Count: > 0 }) return rules;
        // Only rules after the last denial still hold for sure.
        int lastDenial = -1;
        for (int i = 0; i < rules.Count; i++)
            if (!rules[i].Allow) lastDenial = i;
        HashSet<DeviceRule> said = [];
        for (int i = lastDenial + 1; i < rules.Count; i++) said.Add(DeviceRule.From(rules[i]));
        List<DeviceCgroupRule> all = [.. rules];
        foreach (DeviceCgroupRule rule in Rules)
            if (!said.Contains(DeviceRule.From(rule))) all.Add(rule);
        return all;
    }
}
