using System.Globalization;
using Sampan.Engine.Containers;
using Sampan.Engine.Storage;
using Sampan.Images;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Snapshots;

namespace Sampan.Engine.Archives;

/// <summary>A container's files, held open: through its process when it runs, else through mounts that nobody else sees.</summary>
internal sealed class ContainerFiles : IDisposable
{
    private readonly IDisposable _held;

    private ContainerFiles(RootDirectory root, IDisposable held) => (Root, _held) = (root, held);

    public RootDirectory Root { get; }

    /// <summary>To read. Of a container that does not run a missing mount point is made, as its start would.</summary>
    /// <param name="asked">What the client called the container: errors call it the same.</param>
    public static ContainerFiles OpenForReading(Container container, string asked, ImageService images, ContainerVolumes volumes)
    {
        if (TryOpenLive(container, asked) is { } live)
            return live;
        try
        {
            return OpenStopped(container, asked, images.Snapshotter.ReadOnlyMounts(new SnapshotKey(container.Id)), volumes);
        }
        catch (LinuxException error) when (error.Errno is Errno.EROFS)
        {
            container.Verbs.Wait();
            try
            {
                if (TryOpenLive(container, asked) is { } started)
                    return started;
                OpenForWriting(container, asked, images, volumes).Dispose();
            }
            finally
            {
                container.Verbs.Release();
            }
            return OpenStopped(container, asked, images.Snapshotter.ReadOnlyMounts(new SnapshotKey(container.Id)), volumes);
        }
    }

    /// <summary>In the turn of the container's verbs: a start in the middle would mount the same layers a second time, writable, which overlayfs leaves undefined.</summary>
    public static ContainerFiles OpenForWriting(Container container, string asked, ImageService images, ContainerVolumes volumes) =>
        TryOpenLive(container, asked) ?? OpenStopped(container, asked, images.Snapshotter.Mounts(new SnapshotKey(container.Id)), volumes);

    private static ContainerFiles? TryOpenLive(Container container, string asked)
    {
        if (!container.State.Status.HasProcess())
            return null;
        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{container.State.Pid}/root");
        var root = new RootDirectory(Files.Open(path, OpenFlags.Path | OpenFlags.Directory), asked);
        return new ContainerFiles(root, root);
    }

    private static ContainerFiles OpenStopped(Container container, string asked, IReadOnlyList<Specs.Mount> layers, ContainerVolumes volumes)
    {
        var snapshot = MountedSnapshot.Open(layers, asked);
        if (ContainerMounts.Of(container).Count == 0)
            return new ContainerFiles(snapshot.Root, snapshot);
        var mounted = MountedContainer.Open(snapshot, container, volumes);
        return new ContainerFiles(mounted.Root, mounted);
    }

    public void Dispose() => _held.Dispose();
}
