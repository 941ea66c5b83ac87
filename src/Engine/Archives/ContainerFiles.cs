using System.Globalization;
using Sampan.Engine.Containers;
using Sampan.Engine.Storage;
using Sampan.Images;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Snapshots;

namespace Sampan.Engine.Archives;

/// <summary>A container's files, held open: through its process when it runs, else through a mount of its layers that nobody else sees.</summary>
internal sealed class ContainerFiles : IDisposable
{
    private readonly IDisposable _held;

    private ContainerFiles(RootDirectory root, string path, IDisposable held) => (Root, Path, _held) = (root, path, held);

    public RootDirectory Root { get; }

    /// <summary>The path asked for, below <see cref="Root"/>.</summary>
    public string Path { get; }

    /// <param name="asked">What the client called the container: errors call it the same.</param>
    /// <param name="path">As the client gave it; "." and ".." have no meaning outside the container.</param>
    public static ContainerFiles Open(Container container, string asked, ImageService images, string path, bool write)
    {
        string absolute = path.StartsWith('/') ? path : "/" + path;
        if (container.State.Status.HasProcess())
        {
            var live = Named(string.Create(CultureInfo.InvariantCulture, $"/proc/{container.State.Pid}/root"), asked);
            return new ContainerFiles(live, absolute, live);
        }
        if (FindMount(container, absolute) is { } mount && VolumeSubpaths.TryOpenDirectory(mount, asked) is { } source)
        {
            return new ContainerFiles(source, absolute.Length > mount.Destination.Length ? absolute[mount.Destination.Length..] : "/.", source);
        }
        var key = new SnapshotKey(container.Id);
        var snapshot = MountedSnapshot.Open(write ? images.Snapshotter.Mounts(key) : images.Snapshotter.ReadOnlyMounts(key), asked);
        return new ContainerFiles(snapshot.Root, absolute, snapshot);
    }

    private static RootDirectory Named(string path, string name) => new(Files.Open(path, OpenFlags.Path | OpenFlags.Directory), name);

    /// <summary>The bind or volume that a path of a container is on, whether it runs or not.</summary>
    public static ContainerMount? FindMount(Container container, string path)
    {
        string cleaned = System.IO.Path.GetFullPath(path.StartsWith('/') ? path : "/" + path);
        return container.Document.Mounts
            .Where(mount => mount.Type != "tmpfs" && Directory.Exists(mount.Source)
                && (cleaned == mount.Destination || cleaned.StartsWith(mount.Destination + "/", StringComparison.Ordinal)))
            .MaxBy(mount => mount.Destination.Length);
    }

    public void Dispose() => _held.Dispose();
}
