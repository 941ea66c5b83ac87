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
    /// the container's (CVE-2025-31133), and read-only, so that the container's root cannot change whose it is and who may use it.</summary>
    internal static void Hide(RootDirectory root, IReadOnlyList<string> paths)
    {
        SafeFileHandle? nothing = null, empty = null;
        HashSet<string> hidden = [];
        foreach (string path in paths)
        {
            if (!hidden.Add(path)) continue;
            using SafeFileHandle? place = root.Find(path);
            if (place is null) continue;
            if (Files.Stat(place).Kind == FileKind.Directory) Cover(ref empty, EmptyFolder, place, path);
            else Cover(ref nothing, Null, place, path);
        }
        nothing?.Dispose();
        empty?.Dispose();
    }

    private static SafeFileHandle EmptyFolder() => Mounts.Create("tmpfs", "tmpfs", ["nr_blocks=1", "nr_inodes=1"], MountAttribute.ReadOnly);

    private static SafeFileHandle Null()
    {
        const string Path = "/dev/null";
        using SafeFileHandle source = Files.Open(Path, OpenFlags.Path);
        SafeFileHandle cover = Mounts.Clone(source, recursive: false, Path);
        Mounts.SetAttributes(cover, MountAttribute.ReadOnly, 0, 0, recursive: false, Path);
        return cover;
    }

    private static void Cover(ref SafeFileHandle? cover, Func<SafeFileHandle> make, SafeFileHandle place, string path)
    {
        if (cover is null)
        {
            Mounts.Attach(cover = make(), place, path);
            return;
        }
        // Kernels before 6.15 clone a mount only once it is attached: the first one is by now.
        using SafeFileHandle another = Mounts.Clone(cover, recursive: false, path);
        Mounts.Attach(another, place, path);
    }
}
