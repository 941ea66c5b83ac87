using Sampan.Engine.Containers;
using Sampan.Engine.Events;
using Sampan.Engine.Spec;
using Sampan.Faults;
using Sampan.Images;
using Sampan.Layers;
using Sampan.Snapshots;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Archives;

/// <summary><c>docker cp</c>, <c>docker export</c>, <c>docker diff</c>.</summary>
internal sealed class ContainerArchiver(ImageService images, EventLog events)
{
    /// <param name="asked">What the client called the container.</param>
    /// <exception cref="FaultException">NotFound, with Docker's text.</exception>
    public ContainerPathStat Stat(Container container, string asked, string path)
    {
        using var files = ContainerFiles.Open(container, asked, images, path, write: false);
        return ContainerArchive.ToDocument(Archive.Stat(files.Root, files.Path));
    }

    /// <exception cref="FaultException">NotFound, with Docker's text.</exception>
    public ContainerArchive Get(Container container, string asked, string path)
    {
        var files = ContainerFiles.Open(container, asked, images, path, write: false);
        try
        {
            var archive = new ContainerArchive(files, Archive.Pack(files.Root, files.Path));
            events.Publish(container, "archive-path");
            return archive;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <exception cref="FaultException">NotFound, InvalidArgument; PermissionDenied: a read-only place.</exception>
    public async Task PutAsync(Container container, string asked, string path, Stream tar, PutArchiveOptions options, CancellationToken ct)
    {
        RefuseReadOnly(container, path);
        // A start in the middle would mount the same layers a second time, writable: overlayfs leaves that undefined.
        await container.Verbs.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await Task.Run(() => Unpack(container, asked, path, tar, options, ct), ct).ConfigureAwait(false);
        }
        finally
        {
            container.Verbs.Release();
        }
        events.Publish(container, "extract-to-dir");
    }

    private void Unpack(Container container, string asked, string path, Stream tar, PutArchiveOptions options, CancellationToken ct)
    {
        using var files = ContainerFiles.Open(container, asked, images, path, write: true);
        (uint, uint)? owner = null;
        if (options.CopyUidGid && container.Document.Config.User.Length > 0)
        {
            var user = UserFiles.Resolve(files.Root, container.Document.Config.User, null);
            owner = (user.Uid, user.Gid);
        }
        Archive.Unpack(new SynchronousStream(tar, ct), files.Root, files.Path,
            new UnpackOptions { NoOverwriteDirNonDir = options.NoOverwriteDirNonDir, Owner = owner }, ct);
    }

    public async Task ExportAsync(Container container, Stream target, CancellationToken ct)
    {
        // Of the container's own files only, as Docker: no volumes, nothing of the kernel's file systems.
        using var snapshot = MountedSnapshot.Open(images.Snapshotter.ReadOnlyMounts(new SnapshotKey(container.Id)), container.Document.Name);
        await Task.Run(() => Archive.Export(snapshot.Root, new SynchronousStream(target, ct), ct), ct).ConfigureAwait(false);
        events.Publish(container, "export");
    }

    public IReadOnlyList<FilesystemChange> Changes(Container container) =>
        [.. EnginePaths.WithoutOurs(images.Snapshotter.Changes(new SnapshotKey(container.Id))).Select(change => new FilesystemChange { Kind = (int)change.Kind, Path = change.Path })];

    private static void RefuseReadOnly(Container container, string path)
    {
        if (ContainerFiles.FindMount(container, path) is { } mount)
        {
            if (!mount.ReadWrite)
                throw new FaultException(FaultKind.PermissionDenied, "mounted volume is marked read-only");
        }
        else if (container.Document.HostConfig.ReadonlyRootfs)
            throw new FaultException(FaultKind.PermissionDenied, "container rootfs is marked read-only");
    }
}
