using Microsoft.Win32.SafeHandles;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Cgroups;

/// <summary>The control group of one container: one directory on cgroup v2, one per hierarchy on v1.
/// Holds no descriptors; every call opens what it needs. Not safe for concurrent calls that write.
/// cgroups(7), Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/.</summary>
public interface ICgroup
{
    /// <summary>The cgroupsPath it was opened by, cleaned: absolute, below the mounted hierarchies' roots.</summary>
    string Path { get; }

    /// <summary>Absolute directory per hierarchy; the key is the controller list ("cpu", "cpu,cpuacct", "name=systemd"),
    /// and "" on cgroup v2. What runtimes keep in their state and what a cgroup mount shows.</summary>
    IReadOnlyDictionary<string, string> Directories { get; }

    /// <summary>One directory of cgroup v2, no v1.</summary>
    bool IsUnified { get; }

    /// <summary>Sets every limit that is present, leaves the others.</summary>
    /// <exception cref="FaultException">NotSupported when the kernel lacks the controller or file, naming it;
    /// InvalidArgument when the kernel refuses the value.</exception>
    void Apply(LinuxResources resources);

    /// <summary>What a process that is being born joins by. The caller disposes the handles.</summary>
    /// <param name="below">Groups below this one to join instead: by controller on v1 ("" for all), one under "" on v2.</param>
    /// <exception cref="FaultException">NotFound: there is no such group; InvalidArgument: no such controller, or a path that leads out.</exception>
    CgroupEntrance OpenEntrance(IReadOnlyDictionary<string, string>? below = null);

    /// <summary>The entrance to where a process of the group is, for when the group itself takes none any more (EBUSY, cgroup-v2.rst § no internal processes).</summary>
    /// <returns>Null where that cannot be (v1).</returns>
    CgroupEntrance? OpenEntranceBeside(int pid);

    /// <summary>Moves a process with all its threads. On v1 this takes the kernel's global lock: 7 to 15 ms when the machine was idle.</summary>
    /// <exception cref="LinuxException">ESRCH when there is no such process.</exception>
    void AddProcess(int pid);

    /// <summary>Pids in the group and the groups below, in no order.</summary>
    IReadOnlyList<int> Processes();

    /// <summary>Stops every process; returns when the kernel says all are frozen.</summary>
    /// <exception cref="FaultException">Unavailable when they do not freeze within 10 s.</exception>
    void Freeze();

    void Thaw();

    bool IsFrozen { get; }

    /// <summary>Sends SIGKILL to every process in the group and below, once, also to frozen ones. Does not wait for their end.</summary>
    void KillAll();

    /// <summary>Removes the group when nothing is in or below it.</summary>
    /// <returns>False when it is still there, or a part of it.</returns>
    bool TryDeleteEmpty();

    /// <summary>Removes the group and groups below it; nothing happens when it is gone already.
    /// Waits while processes that were killed still leave.</summary>
    /// <exception cref="FaultException">Conflict when processes remain after <paramref name="patience"/>.</exception>
    void Delete(TimeSpan patience);

    bool Exists { get; }

    CgroupStats Stats();

    /// <summary>How many processes of the group the out-of-memory killer took so far; 0 when the memory controller is absent.</summary>
    long OomKills();

    /// <summary>Becomes readable on out-of-memory events.</summary>
    /// <exception cref="FaultException">NotSupported without the memory controller.</exception>
    OomWatch WatchOom();
}

/// <summary>How a child enters its cgroup. On v2 <see cref="CloneInto"/> goes into clone3's CLONE_INTO_CGROUP. On v1 the child itself,
/// while it has one thread, writes "0" to each of <see cref="Tasks"/>: unlike a pid, "0" in <c>tasks</c> skips the kernel's global
/// threadgroup lock (linux 5.5, commit 9a3284fad42f): 15 µs each instead of 10 ms for the first.
/// Join before unshare(CLONE_NEWCGROUP), so that the namespace's root is the container's group.</summary>
public sealed record CgroupEntrance(SafeFileHandle? CloneInto, IReadOnlyList<SafeFileHandle> Tasks) : IDisposable
{
    public void Dispose()
    {
        CloneInto?.Dispose();
        foreach (SafeFileHandle tasks in Tasks)
            tasks.Dispose();
    }
}
