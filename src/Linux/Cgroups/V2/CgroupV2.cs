using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Cgroups.V2;

/// <summary>One directory of cgroup v2. Documentation/admin-guide/cgroup-v2.rst.</summary>
internal sealed class CgroupV2(CgroupFileSystem fileSystem, string path, string directoryPath) : IManagedCgroup
{
    public const int SIGKILL = 9;
    private static readonly TimeSpan FreezePatience = TimeSpan.FromSeconds(10);

    public string Path => path;

    public bool IsUnified => true;

    public ControlDirectory Directory { get; } = new(directoryPath, "cgroup v2");

    public IReadOnlyDictionary<string, string> Directories => new Dictionary<string, string> { [""] = Directory.Path };

    public bool Exists => Directory.Exists;

    public bool IsFrozen => OomWatch.Field(Directory.TryRead("cgroup.events"), "frozen") == 1;

    private string Root => fileSystem.Mode == CgroupMode.Hybrid ? $"{fileSystem.MountPoint}/unified" : fileSystem.MountPoint;

    public void Make() => Make(withControllers: true);

    /// <param name="withControllers">False in the v2 part of a hybrid machine, where a group only names its processes until a limit needs more.</param>
    public void Make(bool withControllers)
    {
        foreach (ControlDirectory parent in Above())
        {
            if (parent.Path != Root) parent.Make();
            if (withControllers) EnableControllers(parent);
        }
        if (!Directory.Make()) RefuseUsed(Processes().Count, IsFrozen);
    }

    public void Adopt() => Directory.Make();

    /// <summary>Makes the files of all controllers appear in the group.</summary>
    public void EnableControllers()
    {
        foreach (ControlDirectory parent in Above()) EnableControllers(parent);
    }

    /// <exception cref="FaultException">AlreadyExists, Conflict: a group that was there before, in runc's words.</exception>
    internal static void RefuseUsed(int processes, bool frozen)
    {
        if (processes > 0) throw new FaultException(FaultKind.AlreadyExists, $"container's cgroup is not empty: {processes} process(es) found");
        if (frozen) throw new FaultException(FaultKind.Conflict, "container's cgroup unexpectedly frozen");
    }

    private IEnumerable<ControlDirectory> Above()
    {
        yield return new ControlDirectory(Root, "cgroup v2");
        for (int slash = Directory.Path.IndexOf('/', Root.Length + 1); slash >= 0; slash = Directory.Path.IndexOf('/', slash + 1))
            yield return new ControlDirectory(Directory.Path[..slash], "cgroup v2");
    }

    /// <summary>Hands all its controllers down to the groups below it.</summary>
    private static void EnableControllers(ControlDirectory group)
    {
        string available = group.TryRead("cgroup.controllers")?.Trim() ?? "";
        if (available.Length == 0) return;
        string wanted = $"+{available.Replace(" ", " +", StringComparison.Ordinal)}";
        Errno errno = group.TryWrite("cgroup.subtree_control", wanted);
        if (errno == Errno.None) return;
        if (errno == Errno.EBUSY)
            throw new FaultException(FaultKind.Conflict, $"cannot enable controllers below cgroup '{group.Path}': it has processes of its own; move them into a group below it first (cgroup-v2.rst, no internal processes)");
        // All or nothing is the kernel's way: what one controller refuses (cpu with realtime tasks about), the others need not.
        foreach (string controller in available.Split(' '))
            _ = group.TryWrite("cgroup.subtree_control", $"+{controller}");
    }

    public void ApplyFresh(LinuxResources resources) => V2Limits.Apply(Directory, resources);

    public void Apply(LinuxResources resources) => V2Limits.Apply(Directory, resources);

    public CgroupEntrance OpenEntrance(IReadOnlyDictionary<string, string>? below = null)
    {
        if (below is null) return Entrance(Directory);
        foreach ((string controller, _) in below)
            if (controller.Length > 0) throw new FaultException(FaultKind.InvalidArgument, $"unknown controller {controller} in --cgroup: cgroup v2 has one group for all of them");
        return Entrance(Directory.Below(below[""]));
    }

    /// <summary>Where the process is that already runs: a container that has moved its processes below and handed controllers down takes none itself.</summary>
    public CgroupEntrance? OpenEntranceBeside(int pid)
        => ProcessCgroup.ReadAll(pid).Find(line => line.Controllers.Length == 0) is { Path: { Length: > 1 } theirs } ? Entrance(new ControlDirectory(Root + theirs, "cgroup v2")) : null;

    private static CgroupEntrance Entrance(ControlDirectory directory) => new(directory.OpenToEnter("", OpenFlags.Path | OpenFlags.Directory), []);

    public void AddProcess(int pid) => Directory.Write("cgroup.procs", pid);

    public IReadOnlyList<int> Processes()
    {
        List<int> pids = [];
        Directory.CollectProcesses(pids);
        return pids;
    }

    public void Freeze()
    {
        Directory.Write("cgroup.freeze", "1");
        long deadline = Environment.TickCount64 + (long)FreezePatience.TotalMilliseconds;
        while (!IsFrozen)
        {
            if (Environment.TickCount64 > deadline)
            {
                Thaw();
                throw new FaultException(FaultKind.Unavailable, $"cannot freeze cgroup '{Directory.Path}': its processes did not stop within {FreezePatience.TotalSeconds} s");
            }
            Thread.Sleep(1);
        }
    }

    public void Thaw() => Directory.Write("cgroup.freeze", "0");

    public void KillAll()
    {
        if (Directory.TryWrite("cgroup.kill", "1") != Errno.ENOENT) return;
        // Before Linux 5.14: frozen, nobody forks between the reading and the kill; SIGKILL ends frozen tasks on v2.
        _ = Directory.TryWrite("cgroup.freeze", "1");
        foreach (int pid in Processes())
            _ = Libc.kill(pid, SIGKILL);
        _ = Directory.TryWrite("cgroup.freeze", "0");
    }

    public bool TryDeleteEmpty() => Directory.TryRemoveEmpty();

    public void Delete(TimeSpan patience) => Remove(Directory, Environment.TickCount64 + (long)patience.TotalMilliseconds);

    /// <summary>A process that ended is counted until it is reaped, and for a moment longer: the wait grows from 0.2 ms to 20 ms.</summary>
    internal static void Remove(ControlDirectory directory, long deadline)
    {
        for (double wait = 0.2; ; wait = Math.Min(wait * 2, 20))
        {
            Errno errno = directory.TryRemove();
            if (errno == Errno.None) return;
            if (errno is not (Errno.EBUSY or Errno.ENOTEMPTY)) throw new LinuxException(errno, "rmdir", $"cannot remove cgroup '{directory.Path}'");
            if (Environment.TickCount64 >= deadline)
            {
                List<int> left = [];
                directory.CollectProcesses(left);
                throw new FaultException(FaultKind.Conflict, $"cannot remove cgroup '{directory.Path}': processes are still in it ({string.Join(", ", left.GetRange(0, Math.Min(left.Count, 10)))})");
            }
            Thread.Sleep(TimeSpan.FromMilliseconds(wait));
        }
    }

    public CgroupStats Stats() => V2Stats.Read(Directory);

    public long OomKills() => OomWatch.Field(Directory.TryRead("memory.events"), "oom_kill");

    public unsafe OomWatch WatchOom()
    {
        int fd = CgroupLibc.inotify_init1(CgroupLibc.IN_CLOEXEC | CgroupLibc.IN_NONBLOCK);
        if (fd < 0) throw LinuxException.FromLastError("inotify_init1", $"cannot watch cgroup '{Directory.Path}'");
        SafeFileHandle events = new(fd, ownsHandle: true);
        if (CgroupLibc.inotify_add_watch(fd, $"{Directory.Path}/memory.events", CgroupLibc.IN_MODIFY) >= 0) return new OomWatch(events, this);
        Errno errno = LinuxException.LastError;
        events.Dispose();
        throw errno == Errno.ENOENT ? Directory.Missing("memory.events") : new LinuxException(errno, "inotify_add_watch", $"cannot watch cgroup '{Directory.Path}'");
    }
}
