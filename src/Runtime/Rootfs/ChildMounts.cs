using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Children;
using Sampan.Linux.Native;
using Sampan.Runtime.Processes;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Rootfs;

/// <summary>File systems that show the namespaces of who makes them (proc, sysfs, mqueue, cgroup; in a user namespace all of them):
/// the child makes each, and the parent takes it over by descriptor and mounts it when its turn comes: mountinfo lists mounts by age.</summary>
internal sealed unsafe class ChildMounts
{
    private const int FSCONFIG_SET_FLAG = 0, FSCONFIG_SET_STRING = 1, FSCONFIG_CMD_CREATE = 6, FSOPEN_CLOEXEC = 1;
    private readonly Dictionary<MountSpec, Slot> _slots = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, Slot> _cgroups = [];

    internal ChildMounts(ChildPlan plan, RuntimeSpec spec, NamespacePlan namespaces, ICgroup? cgroup)
    {
        bool ownCgroups = (namespaces.All & NamespaceKinds.Cgroup) != 0;
        foreach (MountSpec mount in spec.Mounts ?? [])
        {
            MountOptions options = MountOptions.Parse(mount.Options);
            if (options.IsRemount || BindMounts.IsBind(mount)) continue;
            switch (mount.Type)
            {
                case "cgroup" when cgroup is not null && !cgroup.IsUnified:
                    if (ownCgroups) AddHierarchies(plan, cgroup);
                    break;
                case "cgroup" or "cgroup2":
                    _slots[mount] = Add(plan, "cgroup2", "cgroup", options.FileSystem);
                    break;
                case "proc" or "sysfs" or "mqueue":
                    _slots[mount] = Add(plan, mount.Type, mount.Source ?? mount.Type, options.FileSystem);
                    break;
                case { Length: > 0 } when namespaces.HasUser:
                    _slots[mount] = Add(plan, mount.Type, mount.Source, [.. options.FileSystem, .. FileLabel.Options(spec.Linux, mount.Type)]);
                    break;
            }
        }
    }

    internal bool Contains(MountSpec mount) => _slots.ContainsKey(mount);

    /// <summary>Mounts it, nowhere yet.</summary>
    /// <param name="slots">As the child reported them.</param>
    internal SafeFileHandle Make(Child child, ReadOnlySpan<long> slots, MountSpec mount, MountAttribute attributes)
    {
        using SafeFileHandle context = child.Take(slots[_slots[mount].Index]);
        return Mounts.Make(context, mount.Type!, attributes);
    }

    /// <summary>Null when the container has no cgroup namespace of its own: then its directories are bound instead.</summary>
    internal SafeFileHandle? MakeHierarchy(Child child, ReadOnlySpan<long> slots, string controllers)
    {
        if (!_cgroups.TryGetValue(controllers, out Slot slot)) return null;
        using SafeFileHandle context = child.Take(slots[slot.Index]);
        return Mounts.Make(context, "cgroup", 0);
    }

    private void AddHierarchies(ChildPlan plan, ICgroup cgroup)
    {
        foreach (string controllers in cgroup.Directories.Keys)
        {
            if (controllers.Length == 0) continue;   // the v2 part of a hybrid machine
            List<string> data = controllers.StartsWith("name=", StringComparison.Ordinal) ? [controllers] : [.. controllers.Split(',')];
            _cgroups[controllers] = Add(plan, "cgroup", "cgroup", data);
        }
    }

    private static Slot Add(ChildPlan plan, string type, string? source, IReadOnlyList<string> options)
    {
        string what = $"cannot mount a '{type}' file system";
        Slot context = plan.NewSlot();
        plan.Call(what, SyscallNumber.fsopen, plan.Text(type), FSOPEN_CLOEXEC).Into(context);
        if (!string.IsNullOrEmpty(source)) plan.Call(what, SyscallNumber.fsconfig, context, FSCONFIG_SET_STRING, plan.Text("source"), plan.Text(source), 0);
        foreach (string option in options)
        {
            int equals = option.IndexOf('=');
            if (equals < 0) plan.Call($"{what} with option '{option}'", SyscallNumber.fsconfig, context, FSCONFIG_SET_FLAG, plan.Text(option), 0, 0);
            else plan.Call($"{what} with option '{option}'", SyscallNumber.fsconfig, context, FSCONFIG_SET_STRING, plan.Text(option[..equals]), plan.Text(option[(equals + 1)..]), 0);
        }
        plan.Call(what, SyscallNumber.fsconfig, context, FSCONFIG_CMD_CREATE, 0, 0, 0);
        return context;
    }
}
