using Sampan.Faults;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Cgroups;

/// <summary>Of a container without a cgroup of its own: it stays in that of who made it. What needs one says so.</summary>
public sealed class NoCgroup : ICgroup
{
    public string Path => "";
    public IReadOnlyDictionary<string, string> Directories => new Dictionary<string, string>();
    public bool IsUnified => CgroupFileSystem.IsUnified();
    public bool IsFrozen => false;
    public bool Exists => false;

    public void Apply(LinuxResources resources) => throw Lacking("set limits");
    public CgroupEntrance OpenEntrance(IReadOnlyDictionary<string, string>? below = null) => below is null ? new(null, []) : throw Lacking("enter groups below it");
    public CgroupEntrance? OpenEntranceBeside(int pid) => null;
    public void AddProcess(int pid) => throw Lacking("take a process");
    public IReadOnlyList<int> Processes() => [];
    public void Freeze() => throw Lacking("pause");
    public void Thaw() => throw Lacking("resume");

    /// <summary>Nothing: who ends the first process of a pid namespace ends all.</summary>
    public void KillAll()
    {
    }

    public bool TryDeleteEmpty() => true;

    public void Delete(TimeSpan patience)
    {
    }

    public CgroupStats Stats() => throw Lacking("read statistics");
    public long OomKills() => 0;
    public OomWatch WatchOom() => throw Lacking("watch for out-of-memory events");

    private static FaultException Lacking(string what)
        => new(FaultKind.NotSupported, $"cannot {what}: the container has no cgroup of its own, as its user may make none; have one delegated (systemd: Delegate=yes) and create it anew");
}
