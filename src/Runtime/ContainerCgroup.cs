using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Native;
using Sampan.Linux.Systemd;
using Sampan.Runtime.Rootless;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime;

/// <summary>The cgroup that a config asks for, or none where none is within reach. Disposed when the container's process is in it.</summary>
/// <param name="Path">To find it again; null for none.</param>
/// <param name="Unit">systemd's; null when the group is ours alone.</param>
internal sealed record ContainerCgroup(ICgroup Group, string? Path, string? Unit, IDisposable? Placeholder) : IDisposable
{
    /// <exception cref="FaultException">What <see cref="CgroupFileSystem.Create"/> and <see cref="SystemdScope.Start"/> say.</exception>
    internal static ContainerCgroup Make(string id, RuntimeSpec spec, CreateOptions options, StateDirectory directory)
    {
        string? given = spec.Linux?.CgroupsPath is { Length: > 0 } path ? path : null;
        LinuxResources? resources = spec.Linux?.Resources;
        if (options.NoCgroup)
        {
            if (HasLimits(resources)) throw new FaultException(FaultKind.InvalidArgument, "cannot set limits: linux.resources asks for some, and cgroups are disabled");
            return new(new NoCgroup(), null, null, null);
        }
        if (options.SystemdCgroup)
        {
            SystemdUnit unit = SystemdUnit.Parse(given, id, machine: Libc.geteuid() == 0 && !InnerRuntime.IsThis);
            SystemdScope scope = SystemdScope.Start(unit, $"container {id}", resources, SystemdProperty.Of(spec.Annotations));
            return new(scope.Group, scope.Path, unit.Name, scope);
        }
        directory.NoteCgroup(given ?? id);
        try
        {
            return new(CgroupFileSystem.Detect().Create(given ?? id, resources), given ?? id, null, null);
        }
        catch (FaultException e) when (options.MayLackCgroups && IsOutOfReach(e))
        {
            if (given is not null) throw new FaultException(FaultKind.PermissionDenied, $"unable to apply cgroup configuration: {e.Message}: permission denied", e);
            if (HasLimits(resources))
                throw new FaultException(FaultKind.PermissionDenied, $"cannot set limits: rootless needs no limits + no cgrouppath when no permission is granted for cgroups: {e.Message}", e);
            return new(new NoCgroup(), null, null, null);
        }
    }

    /// <summary>Removes the group of a creation that was killed, with the child that may wait in it for its start. What is somebody else's stays.</summary>
    internal static void RemoveRemains(string path)
    {
        const int SIGKILL = 9, PatienceMs = 10_000;
        ICgroup group = CgroupFileSystem.Detect().Open(path);
        Files.TryStat(null, "/proc/self/exe", followLinks: true, out Statx ours);
        foreach (int pid in group.Processes())
        {
            if (!Files.TryStat(null, $"/proc/{pid}/exe", followLinks: true, out Statx theirs))
            {
                if (LinuxException.LastError is Errno.ENOENT or Errno.ESRCH) continue;   // it is dying, and has let go of its program: the group can be removed in a moment
                return;
            }
            // Only until execve does it run our own file.
            if (theirs.Inode != ours.Inode) return;
            using ChildProcess? child = ChildProcess.Find(pid);
            child?.Signal(SIGKILL);
        }
        group.Delete(TimeSpan.FromMilliseconds(PatienceMs));
    }

    internal static ICgroup Find(ContainerState state)
    {
        if (state.CgroupPath is not { } path) return new NoCgroup();
        ICgroup group = CgroupFileSystem.Detect(seenFrom: state.CgroupsOfCreator).Open(path);
        return state.SystemdUnit is { } unit ? new SystemdCgroup(group, unit) : group;
    }

    public void Dispose() => Placeholder?.Dispose();

    private static bool IsOutOfReach(FaultException e) => e is LinuxException { Errno: Errno.EACCES or Errno.EPERM or Errno.EROFS } || e.Kind is FaultKind.NotSupported;

    private static bool HasLimits(LinuxResources? resources)
        => resources is not null && resources with { Devices = null } != new LinuxResources();
}
