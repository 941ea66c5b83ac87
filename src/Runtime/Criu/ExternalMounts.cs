using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Native;
using Sampan.Runtime.Rootfs;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Criu;

/// <summary>Mounts of a container that show files of the host: criu does not save them, and finds them by a name that both sides know. ext_mount_map</summary>
internal static class ExternalMounts
{
    // Masked files share one name: what covers them is the same.
    private const string Null = "/dev/null";

    /// <summary>In a container that runs: place → name.</summary>
    internal static void AddToDump(CriuRequest request, RuntimeSpec spec, RootDirectory root, ICgroup cgroup)
    {
        foreach (MountSpec mount in spec.Mounts ?? [])
            if (IsExternal(mount)) request.Pair(CriuField.ext_mnt, Resolve(root, mount.Destination), Clean(mount.Destination));
            else if (ShowsHierarchies(spec, mount, cgroup))
                foreach (string controllers in cgroup.Directories.Keys)
                    if (controllers.Length > 0) request.Pair(CriuField.ext_mnt, HierarchyPlace(mount, controllers), HierarchyPlace(mount, controllers));
        foreach (string path in spec.Linux?.MaskedPaths ?? [])
            if (IsCoveredFile(root, path)) request.Pair(CriuField.ext_mnt, path, Null);
        foreach (string device in DeviceNodes.Paths(spec.Linux?.Devices ?? [])) request.Pair(CriuField.ext_mnt, device, device);
    }

    /// <summary>For a container to come: name → path on the host.</summary>
    internal static void AddToRestore(CriuRequest request, RuntimeSpec spec, string bundle, ICgroup cgroup)
    {
        foreach (MountSpec mount in spec.Mounts ?? [])
            if (IsExternal(mount)) request.Pair(CriuField.ext_mnt, Clean(mount.Destination), Path.GetFullPath(mount.Source ?? "", bundle));
            else if (ShowsHierarchies(spec, mount, cgroup))
                foreach ((string controllers, string directory) in cgroup.Directories)
                    if (controllers.Length > 0) request.Pair(CriuField.ext_mnt, HierarchyPlace(mount, controllers), directory);
        if (spec.Linux?.MaskedPaths is { Count: > 0 }) request.Pair(CriuField.ext_mnt, Null, Null);
        foreach (string device in DeviceNodes.Paths(spec.Linux?.Devices ?? []))
            if (device != Null) request.Pair(CriuField.ext_mnt, device, device);
    }

    internal static bool IsExternal(MountSpec mount) => BindMounts.IsBind(mount) && !MountOptions.Parse(mount.Options).IsRemount;

    private static bool ShowsHierarchies(RuntimeSpec spec, MountSpec mount, ICgroup cgroup)
        => mount.Type == "cgroup" && !cgroup.IsUnified && spec.Linux?.Namespace("cgroup") is null;

    private static string HierarchyPlace(MountSpec mount, string controllers)
        => $"{Clean(mount.Destination)}/{(controllers.StartsWith("name=", StringComparison.Ordinal) ? controllers["name=".Length..] : controllers)}";

    private static bool IsCoveredFile(RootDirectory root, string path)
    {
        using SafeFileHandle? place = root.Find(path);
        return place is not null && Files.Stat(place).Kind != FileKind.Directory;
    }

    internal static string Clean(string destination) => Path.GetFullPath($"/{destination}");

    /// <summary>Where it really is, behind the links on the way to it: the kernel tells.</summary>
    private static string Resolve(RootDirectory root, string destination)
    {
        using SafeFileHandle? place = root.Find(destination);
        return place is null ? Clean(destination) : new FileInfo(place.ProcPath()).LinkTarget ?? Clean(destination);
    }
}
