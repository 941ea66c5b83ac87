using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Children;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Rootfs;

/// <summary>A mount of type "cgroup" where v1 hierarchies are: a tmpfs with one directory per hierarchy, each showing the container's group
/// as its root, and a link for each controller of a shared one.</summary>
internal sealed class CgroupHierarchiesMount(RootDirectory root, ICgroup cgroup, ChildMounts childMounts)
{
    internal void Make(Child child, ReadOnlySpan<long> slots, MountSpec mount, MountOptions options, List<(SafeFileHandle, string)> readOnlyAtTheEnd)
    {
        MountAttribute attributes = options.Set & ~MountAttribute.ReadOnly;
        SafeFileHandle folder = Mounts.Create("tmpfs", "tmpfs", ["mode=755"], attributes);
        using (SafeFileHandle place = root.MakeDirectory(mount.Destination)) Mounts.Attach(folder, place, mount.Destination);
        foreach ((string controllers, string directory) in cgroup.Directories)
        {
            if (controllers.Length == 0) continue;   // the v2 part of a hybrid machine
            string name = controllers.StartsWith("name=", StringComparison.Ordinal) ? controllers[5..] : controllers;
            string destination = $"{mount.Destination}/{name}";
            using SafeFileHandle hierarchy = childMounts.MakeHierarchy(child, slots, controllers) ?? Bind(directory);
            Mounts.SetAttributes(hierarchy, options.Set, options.Clear, 0, recursive: false, destination);
            // Nobody else is in this tmpfs yet, so its names lead nowhere else.
            if (Libc.mkdirat(folder.Fd(), name, 0x1ED /* 0755 */) < 0) throw LinuxException.FromLastError("mkdir", $"cannot make '{destination}'");
            Mounts.Attach(hierarchy, folder, name, destination);
            if (!name.Contains(',')) continue;
            foreach (string controller in name.Split(','))
                if (Libc.symlinkat(name, folder.Fd(), controller) < 0) throw LinuxException.FromLastError("symlink", $"cannot link '{destination}'");
        }
        if (options.IsReadOnly) readOnlyAtTheEnd.Add((folder, mount.Destination));
        else folder.Dispose();
    }

    private static SafeFileHandle Bind(string directory)
    {
        return Mounts.Clone(directory, recursive: false);
    }
}
