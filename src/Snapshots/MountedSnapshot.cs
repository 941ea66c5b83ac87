using Sampan.Linux;
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
    public static MountedSnapshot Open(IReadOnlyList<Mount> mounts, string name) => throw new NotImplementedException();

    public void Dispose() => Root.Dispose();
}
