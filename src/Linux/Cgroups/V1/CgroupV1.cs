using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux.Cgroups.V2;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Cgroups.V1;

/// <summary>One directory in each v1 hierarchy, all with the same path; on a hybrid machine also one in cgroup v2, as runc makes it; its
/// controllers are enabled only when a limit needs one that lives there. Documentation/admin-guide/cgroup-v1/.</summary>
internal sealed class CgroupV1(CgroupFileSystem fileSystem, string path, ControlDirectory[] directories) : IManagedCgroup
{
    private static readonly TimeSpan FreezePatience = TimeSpan.FromSeconds(10);

    public string Path => path;

    public bool IsUnified => false;

    public IReadOnlyDictionary<string, string> Directories
    {
        get
        {
            Dictionary<string, string> found = [];
            foreach (ControlDirectory directory in directories) found.Add(directory.Controller, directory.Path);
            if (Unified is { Exists: true } unified) found[""] = unified.Directory.Path;
            return found;
        }
    }

    /// <summary>Our group in the v2 part of a hybrid machine, made or not.</summary>
    private CgroupV2? Unified => fileSystem.Mode != CgroupMode.Hybrid ? null
        : new CgroupV2(fileSystem, path, $"{fileSystem.MountPoint}/unified{fileSystem.Resolve(path, "", $"{fileSystem.MountPoint}/unified")}");

    public bool Exists => Array.Exists(directories, d => d.Exists);

    public bool IsFrozen => Find("freezer")?.TryRead("freezer.state") is { } state && !state.StartsWith("THAWED", StringComparison.Ordinal);

    /// <summary>The hierarchy that has the controller, or null.</summary>
    public ControlDirectory? Find(string controller)
    {
        foreach (ControlDirectory directory in directories)
            if (HasController(directory.Controller, controller)) return directory;
        return null;
    }

    /// <exception cref="FaultException">NotSupported, naming the controller.</exception>
    public ControlDirectory Require(string controller) => Find(controller) ?? throw new FaultException(FaultKind.NotSupported,
        $"cannot set limits of cgroup '{path}': the {controller} controller is not mounted under '{fileSystem.MountPoint}'");

    /// <summary>The v2 group of a hybrid machine for a controller that no v1 hierarchy has.</summary>
    public CgroupV2 RequireUnified(string controller)
    {
        CgroupV2 unified = Unified ?? throw new FaultException(FaultKind.NotSupported,
            $"cannot set limits of cgroup '{path}': the {controller} controller is not mounted under '{fileSystem.MountPoint}'");
        unified.EnableControllers();
        return unified;
    }

    public void Make()
    {
        List<ControlDirectory> made = new(directories.Length);
        try
        {
            List<int> pids = [];
            foreach (ControlDirectory directory in directories)
            {
                if (MakeWithParents(directory)) made.Add(directory);
                else if (pids.Count == 0) directory.CollectProcesses(pids);
            }
            CgroupV2.RefuseUsed(pids.Count, made.Count < directories.Length && IsFrozen);
            Unified?.Make(withControllers: false);
        }
        catch
        {
            foreach (ControlDirectory directory in made) directory.TryRemoveEmpty();
            throw;
        }
    }

    public void Adopt()
    {
        foreach (ControlDirectory directory in directories) MakeWithParents(directory);
    }

    public void ApplyFresh(LinuxResources resources) => Apply(resources, fresh: true);

    public void Apply(LinuxResources resources) => Apply(resources, fresh: false);

    private void Apply(LinuxResources resources, bool fresh)
    {
        if (resources.Unified is { Count: > 0 })
            throw new FaultException(FaultKind.NotSupported, "invalid configuration: cannot apply linux.resources.unified: it needs cgroup v2, and this machine mounts v1 controllers");
        CpuController.Apply(this, resources.Cpu);
        CpusetController.Apply(this, resources.Cpu);
        MemoryController.Apply(this, resources.Memory, fresh);
        PidsController.Apply(this, resources.Pids);
        BlockIOController.Apply(this, resources.BlockIO);
        OtherControllers.Apply(this, resources);
        DevicesController.Apply(this, resources.Devices);
    }

    public CgroupEntrance OpenEntrance(IReadOnlyDictionary<string, string>? below = null)
    {
        foreach (string controller in below?.Keys ?? [])
            if (controller.Length > 0 && Find(controller) is null) throw new FaultException(FaultKind.InvalidArgument, $"unknown controller {controller} in --cgroup");
        List<SafeFileHandle> tasks = new(directories.Length);
        try
        {
            foreach (ControlDirectory directory in directories)
                tasks.Add(Below(directory, below).OpenToEnter("tasks", OpenFlags.WriteOnly));
            return new CgroupEntrance(Unified is { Exists: true } unified ? unified.Directory.Open("", OpenFlags.Path | OpenFlags.Directory) : null, tasks);
        }
        catch
        {
            tasks.ForEach(handle => handle.Dispose());
            throw;
        }
    }

    public CgroupEntrance? OpenEntranceBeside(int pid) => null;   // v1 lets processes be in any group

    private static ControlDirectory Below(ControlDirectory directory, IReadOnlyDictionary<string, string>? below)
    {
        if (below is null) return directory;
        if (below.TryGetValue("", out string? forAll)) return directory.Below(forAll);
        foreach (string controller in directory.Controller.Split(','))
            if (below.TryGetValue(controller, out string? path)) return directory.Below(path);
        return directory;
    }

    public void AddProcess(int pid)
    {
        foreach (ControlDirectory directory in directories)
            directory.Write("cgroup.procs", pid);
        if (Unified is { Exists: true } unified) unified.AddProcess(pid);
    }

    public IReadOnlyList<int> Processes()
    {
        List<int> pids = [];
        (Find("freezer") ?? Find("pids") ?? directories[0]).CollectProcesses(pids);
        return pids;
    }

    public void Freeze()
    {
        ControlDirectory freezer = Require("freezer");
        long deadline = Environment.TickCount64 + (long)FreezePatience.TotalMilliseconds;
        while (true)
        {
            // Written again each time: a task that forked meanwhile holds the state at FREEZING (freezer-subsystem.rst).
            freezer.Write("freezer.state", "FROZEN");
            if (freezer.TryRead("freezer.state") is { } state && state.StartsWith("FROZEN", StringComparison.Ordinal)) return;
            if (Environment.TickCount64 > deadline)
            {
                freezer.Write("freezer.state", "THAWED");
                throw new FaultException(FaultKind.Unavailable, $"cannot freeze cgroup '{freezer.Path}': its processes did not stop within {FreezePatience.TotalSeconds} s");
            }
            Thread.Sleep(1);
        }
    }

    public void Thaw() => Require("freezer").Write("freezer.state", "THAWED");

    public void KillAll()
    {
        ControlDirectory? freezer = Find("freezer");
        // Frozen, nobody can fork between the reading of the pids and the kill; a task dies when it thaws.
        _ = freezer?.TryWrite("freezer.state", "FROZEN");
        foreach (int pid in Processes())
            _ = Libc.kill(pid, CgroupV2.SIGKILL);
        _ = freezer?.TryWrite("freezer.state", "THAWED");
    }

    public bool TryDeleteEmpty()
    {
        foreach (ControlDirectory directory in directories)
            if (!directory.TryRemoveEmpty()) return false;
        return Unified?.TryDeleteEmpty() ?? true;
    }

    public void Delete(TimeSpan patience)
    {
        long deadline = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        foreach (ControlDirectory directory in directories)
            CgroupV2.Remove(directory, deadline);
        Unified?.Delete(patience);
    }

    public CgroupStats Stats() => V1Stats.Read(this);

    public long OomKills()
    {
        string? control = Find("memory")?.TryRead("memory.oom_control");
        // Where killing is switched off, a group that is stuck for memory has been struck as well.
        bool isStuck = OomWatch.Field(control, "oom_kill_disable") == 1 && OomWatch.Field(control, "under_oom") == 1;
        return OomWatch.Field(control, "oom_kill") + (isStuck ? 1 : 0);
    }

    public OomWatch WatchOom()
    {
        ControlDirectory memory = Require("memory");
        using SafeFileHandle control = memory.Open("memory.oom_control", OpenFlags.ReadOnly);
        int fd = CgroupLibc.eventfd(0, CgroupLibc.EFD_CLOEXEC | CgroupLibc.EFD_NONBLOCK);
        if (fd < 0) throw LinuxException.FromLastError("eventfd", $"cannot watch cgroup '{memory.Path}'");
        SafeFileHandle events = new(fd, ownsHandle: true);
        memory.Write("cgroup.event_control", $"{fd} {control.Fd()}");
        return new OomWatch(events, this);
    }

    private static bool HasController(ReadOnlySpan<char> list, ReadOnlySpan<char> controller)
    {
        foreach (Range part in list.Split(','))
            if (list[part].SequenceEqual(controller)) return true;
        return false;
    }

    private static bool MakeWithParents(ControlDirectory directory)
    {
        bool isCpuset = HasController(directory.Controller, "cpuset");
        if (directory.TryMake(out bool isNew))
        {
            if (isCpuset) CpusetController.Inherit(directory);
            return isNew;
        }
        ControlDirectory parent = directory.Parent;
        // New groups below this one then take its cpus and mems over by themselves (cpusets.rst § 1.9).
        if (MakeWithParents(parent) && isCpuset) parent.Write("cgroup.clone_children", "1");
        isNew = directory.Make();
        if (isCpuset) CpusetController.Inherit(directory);
        return isNew;
    }
}
