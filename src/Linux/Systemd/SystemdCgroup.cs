using Sampan.Linux.Cgroups;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Systemd;

/// <summary>The control group of a unit: limits are told to systemd too, or its next look at the unit would undo them, and it is systemd who removes it.</summary>
public sealed class SystemdCgroup(ICgroup group, string unit) : ICgroup
{
    public string Path => group.Path;
    public IReadOnlyDictionary<string, string> Directories => group.Directories;
    public bool IsUnified => group.IsUnified;
    public bool IsFrozen => group.IsFrozen;
    public bool Exists => group.Exists;

    public void Apply(LinuxResources resources)
    {
        using (SystemdManager manager = SystemdManager.Connect())
            manager.SetUnitProperties(unit, properties => properties.Limits(resources, group.IsUnified));
        group.Apply(resources);
    }

    public CgroupEntrance OpenEntrance(IReadOnlyDictionary<string, string>? below = null) => group.OpenEntrance(below);
    public CgroupEntrance? OpenEntranceBeside(int pid) => group.OpenEntranceBeside(pid);
    public void AddProcess(int pid) => group.AddProcess(pid);
    public IReadOnlyList<int> Processes() => group.Processes();
    public void Freeze() => group.Freeze();
    public void Thaw() => group.Thaw();
    public void KillAll() => group.KillAll();

    public bool TryDeleteEmpty() => false;   // the unit is to be stopped too

    public void Delete(TimeSpan patience)
    {
        using (SystemdManager manager = SystemdManager.Connect()) manager.StopUnit(unit);
        group.Delete(patience);
    }

    public CgroupStats Stats() => group.Stats();
    public long OomKills() => group.OomKills();
    public OomWatch WatchOom() => group.WatchOom();
}
