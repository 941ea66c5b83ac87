using Sampan.Faults;
using Sampan.Linux.Cgroups.Devices;
using Sampan.Linux.Cgroups.V1;
using Sampan.Linux.Cgroups.V2;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Cgroups;

public enum CgroupMode
{
    /// <summary>One hierarchy per v1 controller.</summary>
    Legacy,
    /// <summary>v1 controllers, and cgroup v2 mounted at <c>unified</c> for what v1 does not hold.</summary>
    Hybrid,
    /// <summary>cgroup v2 only.</summary>
    Unified,
}

/// <summary>The mounted cgroup file systems of this mount namespace, found once; makes and opens <see cref="ICgroup"/>s in them.
/// Mounts nothing and changes no mount.</summary>
public sealed class CgroupFileSystem
{
    private const long Cgroup1Magic = 0x27e0eb, Cgroup2Magic = 0x63677270;   // statfs(2)
    private readonly Lazy<List<ProcessCgroup>> _own = new(ProcessCgroup.ReadAll, LazyThreadSafetyMode.None);

    private CgroupFileSystem(string mountPoint, CgroupMode mode, List<ProcessCgroup>? own, IReadOnlyList<CgroupHierarchy> hierarchies)
    {
        (MountPoint, Mode, Hierarchies) = (mountPoint, mode, hierarchies);
        if (own is not null) _own = new(own);
    }

    /// <summary>"/sys/fs/cgroup".</summary>
    public string MountPoint { get; }

    public CgroupMode Mode { get; }

    /// <summary>On v2 the one at <see cref="MountPoint"/>; otherwise one per v1 mount, without the unified part of a hybrid.</summary>
    public IReadOnlyList<CgroupHierarchy> Hierarchies { get; }

    /// <param name="seenFrom">The /proc/self/cgroup of the process whose groups relative paths start from; null for this one's.</param>
    /// <exception cref="FaultException">NotSupported when nothing is mounted there.</exception>
    public static CgroupFileSystem Detect(string mountPoint = "/sys/fs/cgroup", string? seenFrom = null)
    {
        if (IsUnified(mountPoint))
            return new(mountPoint, CgroupMode.Unified, seenFrom is null ? null : ProcessCgroup.Parse(seenFrom), [new CgroupHierarchy("", mountPoint)]);
        List<CgroupHierarchy> hierarchies = [];
        List<ProcessCgroup> own = ProcessCgroup.Parse(seenFrom ?? ProcessCgroup.Text());
        foreach (ProcessCgroup line in own)
        {
            if (line.Controllers.Length == 0) continue;
            // A hierarchy is mounted under its controller list, a named one under its name; links exist for each member of a list.
            string folder = line.Controllers.StartsWith("name=", StringComparison.Ordinal) ? line.Controllers[5..] : line.Controllers;
            if (FileSystemType($"{mountPoint}/{folder}") == Cgroup1Magic)
                hierarchies.Add(new CgroupHierarchy(line.Controllers, $"{mountPoint}/{folder}"));
        }
        if (hierarchies.Count == 0)
            throw new FaultException(FaultKind.NotSupported, $"cannot use cgroups: no cgroup file system is mounted at '{mountPoint}'; mount cgroup2 there");
        bool hybrid = FileSystemType($"{mountPoint}/unified") == Cgroup2Magic;
        return new(mountPoint, hybrid ? CgroupMode.Hybrid : CgroupMode.Legacy, own, hierarchies);
    }

    /// <summary>Whether cgroup v2 is mounted there and no v1.</summary>
    public static bool IsUnified(string mountPoint = "/sys/fs/cgroup") => FileSystemType(mountPoint) == Cgroup2Magic;

    /// <summary>Makes the group and sets its limits; on failure nothing stays behind.</summary>
    /// <param name="cgroupsPath">As runc's cgroupfs manager reads it: absolute is below the hierarchies' roots, relative is below this process's own groups.</param>
    /// <exception cref="FaultException">AlreadyExists when processes are in a group of that path; see <see cref="ICgroup.Apply"/> for the rest.</exception>
    public ICgroup Create(string cgroupsPath, LinuxResources? resources)
    {
        IManagedCgroup group = OpenManaged(cgroupsPath);
        group.Make();
        try
        {
            if (resources is not null) group.ApplyFresh(resources with { Devices = DefaultDevices.AppendTo(resources.Devices) });
        }
        catch
        {
            group.Delete(TimeSpan.Zero);
            throw;
        }
        return group;
    }

    /// <summary>Takes over a group that somebody made for us, processes and all, and sets its limits.</summary>
    /// <exception cref="FaultException">See <see cref="ICgroup.Apply"/>.</exception>
    public ICgroup Adopt(string path, LinuxResources? resources)
    {
        IManagedCgroup group = OpenManaged(path);
        group.Adopt();
        if (resources is not null) group.ApplyFresh(resources with { Devices = DefaultDevices.AppendTo(resources.Devices) });
        return group;
    }

    /// <summary>The group at the path, whether or not it exists.</summary>
    public ICgroup Open(string cgroupsPath) => OpenManaged(cgroupsPath);

    /// <summary>Removes the directories at the path where nothing is in or below them: a parent that the last container left.</summary>
    public void RemoveEmpty(string cgroupsPath)
    {
        foreach (string directory in Open(cgroupsPath).Directories.Values)
            new ControlDirectory(directory, "").TryRemoveEmpty();
    }

    private IManagedCgroup OpenManaged(string cgroupsPath)
    {
        string path = Clean(cgroupsPath);
        return Mode == CgroupMode.Unified
            ? new CgroupV2(this, path, Hierarchies[0].MountPoint + Resolve(path, ""))
            : new CgroupV1(this, path, InEachHierarchy(path));
    }

    private ControlDirectory[] InEachHierarchy(string path)
    {
        List<ControlDirectory> directories = [];
        foreach (var hierarchy in Hierarchies) directories.Add(new(hierarchy.MountPoint + Resolve(path, hierarchy.Controllers, hierarchy.MountPoint), hierarchy.Controllers));
        return [.. directories];
    }

    /// <summary>Where the path lies in the hierarchy, with a leading "/".</summary>
    internal string Resolve(string path, string controllers, string? mountPoint = null)
    {
        if (path.StartsWith('/')) return path;
        string own = _own.Value.Find(line => line.Controllers == controllers).Path ?? "/";
        // In a container without a cgroup namespace, /proc tells the host's path but the mount shows our own group as its root.
        if (own == "/" || !Files.TryStat(null, (mountPoint ?? MountPoint) + own, followLinks: false, out _)) return $"/{path}";
        return $"{own}/{path}";
    }

    private static string Clean(string cgroupsPath)
    {
        string[] parts = cgroupsPath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0 || parts.Contains("..") || cgroupsPath.Contains('\0'))
            throw new FaultException(FaultKind.InvalidArgument, $"invalid cgroupsPath '{cgroupsPath}': it must name a group below the root, without '..'");
        string joined = string.Join('/', Array.FindAll(parts, part => part != "."));
        return cgroupsPath.StartsWith('/') ? $"/{joined}" : joined;
    }

    private static unsafe long FileSystemType(string path)
    {
        StatFs stat;
        return CgroupLibc.statfs(path, &stat) == 0 ? stat.Type : 0;
    }
}

/// <summary>One mounted hierarchy.</summary>
/// <param name="Controllers">"memory", "cpu,cpuacct", "name=systemd"; empty for cgroup v2.</param>
public sealed record CgroupHierarchy(string Controllers, string MountPoint);

/// <summary>What <see cref="CgroupFileSystem"/> needs of a group beyond what its users see.</summary>
internal interface IManagedCgroup : ICgroup
{
    /// <summary>Makes the directories.</summary>
    /// <exception cref="FaultException">AlreadyExists when one exists and has processes.</exception>
    void Make();

    /// <summary>Makes what is missing of a group that exists.</summary>
    void Adopt();

    /// <summary><see cref="ICgroup.Apply"/> for a group that nobody has set anything in yet.</summary>
    void ApplyFresh(LinuxResources resources);
}
