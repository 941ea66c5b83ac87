using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Runtime.Rootfs;

/// <summary>linux.maskedPaths and linux.readonlyPaths. A path that is not there needs neither.</summary>
internal static class PathMasks
{
    internal static void MakeReadOnly(RootDirectory root, IReadOnlyList<string> paths)
    {
        HashSet<string> made = [];
        foreach (string path in paths)
        {
            if (!made.Add(path)) continue;
            using SafeFileHandle? place = root.Find(path);
            if (place is null) continue;
            using SafeFileHandle bind = Mounts.Clone(place, recursive: true, path);
            Mounts.SetAttributes(bind, MountAttribute.ReadOnly, 0, 0, recursive: false, path);
            Mounts.Attach(bind, place, path);
        }
    }

    /// <summary>A directory is covered by an empty one, anything else by /dev/null: the host's own, opened and looked at by us, never
    /// the container's (CVE-2025-31133).</summary>
    internal static void Hide(RootDirectory root, IReadOnlyList<string> paths)
    {
        if (paths.Count == 0) return;
        using SafeFileHandle nothing = Files.Open("/dev/null", OpenFlags.Path);
        SafeFileHandle? empty = null;
        HashSet<string> hidden = [];
        foreach (string path in paths)
        {
            if (!hidden.Add(path)) continue;
            using SafeFileHandle? place = root.Find(path);
            if (place is null) continue;
            if (Files.Stat(place).Kind != FileKind.Directory)
            {
                Cover(nothing, place, path);
            }
            else if (empty is null)
            {
                empty = Mounts.Create("tmpfs", "tmpfs", ["nr_blocks=1", "nr_inodes=1"], MountAttribute.ReadOnly);
                Mounts.Attach(empty, place, path);
            }
            else
            {
                // Kernels before 6.15 clone a mount only once it is attached: the first one is by now.
                Cover(empty, place, path);
            }
        }
        empty?.Dispose();
    }

    private static void Cover(SafeFileHandle source, SafeFileHandle place, string path)
    {
        using SafeFileHandle cover = Mounts.Clone(source, recursive: false, path);
        Mounts.Attach(cover, place, path);
    }
}
