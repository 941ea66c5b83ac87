using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs;

namespace Sampan.Snapshots;

/// <summary>The files of a snapshot, seen through a mount that hangs nowhere in the host's tree: for `docker cp`, `export`, `diff` and
/// commit of a container that does not run. Nothing else sees the mount and it ends with <see cref="Dispose"/> or with the process.</summary>
public sealed class MountedSnapshot : IDisposable
{
    private MountedSnapshot(RootDirectory root) => Root = root;

    public RootDirectory Root { get; }

    /// <summary>Mounts what <see cref="ISnapshotter.Mounts"/> or <see cref="ISnapshotter.ReadOnlyMounts"/> gave. Writable mounts only while
    /// no container has the same snapshot mounted: overlayfs leaves two writers undefined.</summary>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="FaultException">LinuxException of the mount API. NotSupported: mounts that no snapshotter here makes.</exception>
    public static MountedSnapshot Open(IReadOnlyList<Mount> mounts, string name)
    {
        if (mounts is not [var mount]) throw new FaultException(FaultKind.NotSupported, $"cannot mount '{name}': {mounts.Count} mounts where one is expected");
        return new MountedSnapshot(new RootDirectory(Make(mount), name));
    }

    public void Dispose() => Root.Dispose();

    private static SafeFileHandle Make(Mount mount)
    {
        MountAttribute attributes = mount.Options.Contains("ro") ? MountAttribute.ReadOnly : MountAttribute.None;
        if (mount.Type is "overlay" or FuseOverlay.MountType)
        {
            string[] options = [.. mount.Options.Where(static option => option is not ("ro" or "rw"))];
            return mount.Type == "overlay" ? OverlayMount.Create(options, attributes) : FuseOverlay.Create(options, attributes);
        }
        if (mount.Type != "bind") throw new FaultException(FaultKind.NotSupported, $"cannot mount a snapshot of type '{mount.Type}'");
        using SafeFileHandle place = Files.Open(mount.Source, OpenFlags.Path | OpenFlags.Directory);
        SafeFileHandle bound = Mounts.Clone(place, recursive: false, mount.Source);
        if (attributes != 0) Mounts.SetAttributes(bound, attributes, 0, 0, recursive: false, mount.Source);
        return bound;
    }
}
