using Sampan.Engine.Containers;
using Sampan.Engine.Events;
using Sampan.Engine.Spec;
using Sampan.Engine.Storage;
using Sampan.Faults;
using Sampan.Images;
using Sampan.Layers;
using Sampan.Snapshots;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Archives;

/// <summary><c>docker cp</c>, <c>docker export</c>, <c>docker diff</c>.</summary>
internal sealed class ContainerArchiver(ImageService images, ContainerVolumes volumes, EventLog events)
{
    /// <param name="asked">What the client called the container.</param>
    /// <exception cref="FaultException">NotFound, with Docker's text.</exception>
    public ContainerPathStat Stat(Container container, string asked, string path)
    {
        using var files = ContainerFiles.OpenForReading(container, asked, images, volumes);
        return ContainerArchive.ToDocument(Archive.Stat(files.Root, path));
    }

    /// <exception cref="FaultException">NotFound, with Docker's text.</exception>
    public ContainerArchive Get(Container container, string asked, string path)
    {
        var files = ContainerFiles.OpenForReading(container, asked, images, volumes);
        try
        {
            var archive = new ContainerArchive(files, Archive.Pack(files.Root, path));
            events.Publish(container, "archive-path");
            return archive;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <exception cref="FaultException">NotFound; InvalidArgument, a read-only place among others.</exception>
    public async Task PutAsync(Container container, string asked, string path, Stream tar, PutArchiveOptions options, CancellationToken ct)
    {
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
        using var files = ContainerFiles.OpenForWriting(container, asked, images, volumes);
        RefuseReadOnly(container, Archive.Resolve(files.Root, path));
        (uint, uint)? owner = null;
        if (options.CopyUidGid && container.Document.Config.User.Length > 0)
        {
            var user = UserFiles.Resolve(files.Root, container.Document.Config.User, null);
            owner = (user.Uid, user.Gid);
        }
        Archive.Unpack(new SynchronousStream(tar, ct), files.Root, path,
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

    /// <param name="path">Without links.</param>
    private static void RefuseReadOnly(Container container, string path)
    {
        if (ContainerMounts.Find(container, path) is { } mount)
        {
            if (!mount.ReadWrite)
                throw new FaultException(FaultKind.InvalidArgument, "mounted volume is marked read-only");
        }
        else if (container.Document.HostConfig.ReadonlyRootfs)
            throw new FaultException(FaultKind.InvalidArgument, "container rootfs is marked read-only");
    }
}
