using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Sampan.Engine.Containers;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Engine.Storage;

/// <summary>A part of a volume (<c>--mount type=volume,volume-subpath=…</c>): found below the volume's root by the kernel, so that no link in it,
/// whoever makes one meanwhile, leads outside, and mounted in the bundle before the runtime binds it.</summary>
internal static class VolumeSubpaths
{
    private const string Folder = "subpaths";
    private const uint Private = 0x1C0;   // 0700

    /// <summary>Relative, and never above where it begins. What links make of it is decided when it is opened.</summary>
    public static bool IsLocal(string subpath)
    {
        if (subpath.Length == 0 || subpath[0] == '/') return false;
        int depth = 0;
        foreach (string part in subpath.Split('/'))
        {
            depth += part switch { "" or "." => 0, ".." => -1, _ => 1 };
            if (depth < 0) return false;
        }
        return true;
    }

    /// <summary>The directory or file of the host that a bind or volume shows, open (O_PATH).</summary>
    /// <exception cref="LinuxException">open(2) of the source.</exception>
    /// <exception cref="FaultException">NotFound: it is not there. InvalidArgument: a link leads outside the volume.</exception>
    public static SafeFileHandle Open(ContainerMount mount)
    {
        if (mount.Subpath.Length == 0) return Files.Open(mount.Source, OpenFlags.Path);
        using var volume = RootDirectory.Open(mount.Source);
        return volume.TryOpenBeneath(mount.Subpath, OpenFlags.Path, out var errno) ?? throw (errno is Errno.EXDEV
            ? new FaultException(FaultKind.InvalidArgument, $"path concatenation escapes the base directory, base: {mount.Source}, subpath: {mount.Subpath}")
            : new FaultException(FaultKind.NotFound, $"cannot access path {Path.Combine(mount.Source, mount.Subpath)}: {LinuxException.Text(errno)}"));
    }

    /// <summary>The directory that a mount shows, the whole volume or a part of it; null when there is none.</summary>
    public static RootDirectory? TryOpenDirectory(ContainerMount mount, string name)
    {
        var volume = RootDirectory.Open(mount.Source);
        if (mount.Subpath.Length == 0) return volume;
        using (volume)
            return volume.TryOpenBeneath(mount.Subpath, OpenFlags.Path | OpenFlags.Directory, out _) is { } part ? new RootDirectory(part, name) : null;
    }

    /// <summary>Where the runtime finds the source of a mount: the volume itself, or the mounted part of it.</summary>
    public static string SourceOf(string bundle, ContainerMount mount, int number) =>
        mount.Subpath.Length == 0 ? mount.Source : Path.Combine(bundle, Folder, number.ToString(CultureInfo.InvariantCulture));

    public static void Mount(Container container)
    {
        var mounts = container.Document.Mounts;
        for (int i = 0; i < mounts.Count; i++)
        {
            if (mounts[i].Subpath.Length == 0) continue;
            using var part = Open(mounts[i]);
            string place = SourceOf(container.Bundle, mounts[i], i);
            Directory.CreateDirectory(Path.GetDirectoryName(place)!, (UnixFileMode)Private);
            if (Files.Stat(part).Kind is FileKind.Directory) Directory.CreateDirectory(place);
            else File.Create(place).Dispose();
            using var tree = Mounts.Clone(part, recursive: true, mounts[i].Source);
            using var target = Files.Open(place, OpenFlags.Path);
            Mounts.Attach(tree, target, place);
        }
    }

    /// <summary>Idempotent.</summary>
    public static void Unmount(string bundle)
    {
        string folder = Path.Combine(bundle, Folder);
        if (!Directory.Exists(folder)) return;
        foreach (string place in Directory.EnumerateFileSystemEntries(folder))
            if (Files.TryStat(null, place, followLinks: false, out var inner) && Files.TryStat(null, folder, followLinks: false, out var outer)
                && inner.MountId != outer.MountId)
                Mounts.Unmount(place, UnmountFlags.Detach);
    }
}
