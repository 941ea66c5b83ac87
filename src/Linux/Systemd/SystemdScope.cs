using Sampan.Linux.Cgroups;
using Sampan.Linux.Children;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Systemd;

/// <summary>A unit that is being made for a container. A scope needs a process to begin with, and the container's is not born yet: a child of ours
/// holds the place until <see cref="Dispose"/>.</summary>
public sealed class SystemdScope : IDisposable
{
    private readonly ChildPlan? _plan;
    private readonly Child? _placeholder;

    private SystemdScope(ICgroup group, string path, ChildPlan? plan, Child? placeholder) => (Group, Path, _plan, _placeholder) = (group, path, plan, placeholder);

    public ICgroup Group { get; }

    /// <summary>As <see cref="CgroupFileSystem.Open"/> takes it.</summary>
    public string Path { get; }

    /// <param name="additional">Set last: they may replace what is ours.</param>
    /// <exception cref="Sampan.Faults.FaultException">NotSupported: no systemd; AlreadyExists: a unit of that name runs; what the limits are refused with.</exception>
    public static SystemdScope Start(SystemdUnit unit, string description, LinuxResources? resources, IReadOnlyList<SystemdProperty> additional)
    {
        using SystemdManager manager = SystemdManager.Connect();
        CgroupFileSystem fileSystem = CgroupFileSystem.Detect();
        bool unified = fileSystem.Mode == CgroupMode.Unified, isSlice = unit.Name.EndsWith(".slice", StringComparison.Ordinal);
        ChildPlan? plan = isSlice ? null : new ChildPlan();
        plan?.AwaitParent();
        Child? placeholder = plan is null ? null : Child.Start(plan, new BirthPlace(NamespaceKinds.None, null));
        try
        {
            manager.StartTransientUnit(unit.Name, properties =>
            {
                properties.Text("Description", description);
                properties.Text(isSlice ? "Wants" : "Slice", unit.Slice);
                properties.Flag("DefaultDependencies", false);
                if (!isSlice) properties.Flag("Delegate", true);
                if (placeholder is not null) properties.Pids(placeholder.Process.Pid);
                foreach (string accounting in (ReadOnlySpan<string>)["MemoryAccounting", "CPUAccounting", "TasksAccounting", unified ? "IOAccounting" : "BlockIOAccounting"])
                    properties.Flag(accounting, true);
                if (resources is not null) properties.Limits(resources, unified);
                foreach (SystemdProperty property in additional) property.Write(properties);
            });
            string path = manager.ControlGroup(unit.Name);
            return new(new SystemdCgroup(fileSystem.Adopt(path, resources), unit.Name), path, plan, placeholder);
        }
        catch
        {
            placeholder?.Abandon();
            placeholder?.Dispose();
            plan?.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_placeholder is null) return;
        _placeholder.Abandon();
        _placeholder.Dispose();
        _plan!.Dispose();
    }
}
