using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;
using Sampan.Engine.Containers;
using Sampan.Engine.Storage;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Snapshots;

namespace Sampan.Engine.Archives;

/// <summary>The files of a container that does not run, with its binds and volumes where they will show, for <c>docker cp</c>. They are mounted in a
/// mount namespace that nobody is in and a descriptor holds: the host sees none of it, and it ends with <see cref="Dispose"/> or with the process.
/// Mount points are found and mounted on by descriptors, in the container's root: a link that somebody puts there meanwhile leads nowhere else
/// (CVE-2026-41568, CVE-2026-42306).</summary>
internal sealed class MountedContainer : IDisposable
{
    private readonly MountedSnapshot _snapshot;
    private readonly SafeFileHandle _namespace;

    private MountedContainer(MountedSnapshot snapshot, SafeFileHandle mountNamespace) => (_snapshot, _namespace) = (snapshot, mountNamespace);

    public RootDirectory Root => _snapshot.Root;

    /// <param name="snapshot">The container's own files; belongs to the result, or is disposed of.</param>
    /// <exception cref="LinuxException">EROFS: a mount point is missing and the snapshot, or the volume it would be in, is read-only.</exception>
    public static MountedContainer Open(MountedSnapshot snapshot, Container container, ContainerVolumes volumes)
    {
        SafeFileHandle? mountNamespace = null;
        ExceptionDispatchInfo? failure = null;
        // A thread of its own: one that has changed its namespace cannot serve anybody else.
        var thread = new Thread(() =>
        {
            try
            {
                mountNamespace = Mount(snapshot.Root, container, volumes);
            }
            catch (Exception error)
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        })
        { IsBackground = true, Name = "container files" };
        thread.Start();
        thread.Join();
        if (failure is null)
            return new MountedContainer(snapshot, mountNamespace!);
        snapshot.Dispose();
        failure.Throw();
        throw failure.SourceException;
    }

    private static SafeFileHandle Mount(RootDirectory root, Container container, ContainerVolumes volumes)
    {
        Namespaces.Unshare(NamespaceKinds.Mount);
        using (var all = Files.Open("/", OpenFlags.Path | OpenFlags.Directory))
            Mounts.SetAttributes(all, 0, 0, MountFlags.Slave, recursive: true, "/");
        // In the order of the container's start. Every source before the container's root covers a folder of the host here.
        ContainerMount[] mounts = [.. MountOrder.ParentsFirst(ContainerMounts.Of(container), mount => mount.Destination)];
        var sources = new List<SafeFileHandle>();
        try
        {
            foreach (var mount in mounts)
            {
                volumes.MountHere(mount);
                sources.Add(VolumeSubpaths.Open(mount));
            }
            using (var place = Files.Open(container.Folder, OpenFlags.Path | OpenFlags.Directory))
                Mounts.Attach(root.Handle, place, container.Folder);
            for (int i = 0; i < mounts.Length; i++)
                Mount(root, mounts[i], sources[i]);
        }
        finally
        {
            foreach (var source in sources)
                source.Dispose();
        }
        return Namespaces.Current(NamespaceKinds.Mount);
    }

    private static void Mount(RootDirectory root, ContainerMount mount, SafeFileHandle source)
    {
        using var target = Files.Stat(source).Kind is FileKind.Directory ? root.MakeDirectory(mount.Destination) : root.MakeFile(mount.Destination);
        using var tree = Mounts.Clone(source, recursive: !mount.NonRecursive, mount.Source);
        Mounts.SetAttributes(tree, 0, 0, MountFlags.Private, recursive: true, mount.Source);
        if (!mount.ReadWrite)
            Mounts.SetAttributes(tree, MountAttribute.ReadOnly, 0, 0, recursive: !mount.ReadOnlyNonRecursive, mount.Source);
        Mounts.Attach(tree, target, mount.Destination);
    }

    public void Dispose()
    {
        _snapshot.Dispose();
        _namespace.Dispose();
    }
}
