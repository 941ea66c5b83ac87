using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Runtime.Rootfs;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Criu;

/// <summary>The root file system where criu looks for it, in a mount namespace that only this thread and criu are in: when they are gone, so are
/// its mounts. criu wants a mount point whose parent is not mounted over.</summary>
internal sealed class RestoreRoot : IDisposable
{
    private readonly MountNamespaceVisit _visit = new();

    /// <param name="place">An empty directory.</param>
    /// <exception cref="LinuxException">A mount, or a place that could not be made.</exception>
    internal RestoreRoot(string place, RuntimeSpec spec, CreateOptions options)
    {
        try
        {
            using RootMount root = RootMount.Open(options.Bundle, spec, options.Rootfs);
            Mounts.SetAttributes(root.Directory.Handle, 0, 0, MountFlags.Private, recursive: true, root.Path);
            using (SafeFileHandle folder = Files.Open(place, OpenFlags.Path | OpenFlags.Directory)) Mounts.Attach(root.Directory.Handle, folder, place);
            using SafeFileHandle bare = Mounts.Clone(root.Directory.Handle, recursive: true, root.Path);
            MakePlaces(root.Directory, spec, options.Bundle);
            // With all that was mounted on it to reach places within.
            Mounts.Unmount(place, UnmountFlags.Detach);
            using (SafeFileHandle folder = Files.Open(place, OpenFlags.Path | OpenFlags.Directory)) Mounts.Attach(bare, folder, place);
        }
        catch
        {
            _visit.Dispose();
            throw;
        }
    }

    /// <summary>Back home. Who was started meanwhile stays.</summary>
    public void Dispose() => _visit.Dispose();

    /// <summary>The places that a creation would have made, which may be gone since: criu mounts, and makes nothing.</summary>
    private static void MakePlaces(RootDirectory root, RuntimeSpec spec, string bundle)
    {
        List<string> made = [];
        foreach (MountSpec mount in spec.Mounts ?? [])
        {
            string destination = ExternalMounts.Clean(mount.Destination);
            // What lies below a file system of the container's own is in the images, or the kernel's.
            if (made.Exists(above => destination.StartsWith(above + "/", StringComparison.Ordinal))) continue;
            if (ExternalMounts.IsExternal(mount)) BindPlace(root, Path.GetFullPath(mount.Source ?? "", bundle), mount.Destination);
            else if (!MountOptions.Parse(mount.Options).IsRemount)
            {
                root.MakeDirectory(mount.Destination).Dispose();
                made.Add(destination);
            }
        }
    }

    // Mounted too: the places of later ones may lie in it.
    private static void BindPlace(RootDirectory root, string path, string destination)
    {
        using SafeFileHandle source = Files.Open(path, OpenFlags.Path);
        using SafeFileHandle place = Files.Stat(source).Kind == FileKind.Directory ? root.MakeDirectory(destination) : root.MakeFile(destination);
        using SafeFileHandle bind = Mounts.Clone(source, recursive: true, path);
        Mounts.SetAttributes(bind, 0, 0, MountFlags.Private, recursive: true, path);
        Mounts.Attach(bind, place, destination);
    }
}
