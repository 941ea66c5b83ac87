using Sampan.Engine.Containers;
using Sampan.Engine.Containers.Create;
using Sampan.Engine.Events;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Volumes;

namespace Sampan.Engine.Storage;

/// <summary>The volumes of containers: made when a container is created, filled from its image once, removed with it when nobody named them.</summary>
internal sealed class ContainerVolumes(VolumeStore volumes, EventLog events)
{
    /// <summary>Docker's mark of a volume whose name nobody chose; prune goes by it.</summary>
    public const string AnonymousLabel = "com.docker.volume.anonymous";

    /// <summary>Names of anonymous volumes of an unfinished creation, one per line; gone once config.json holds them.</summary>
    private const string UnsettledFile = "volumes.unsettled";

    /// <summary>Gives every planned mount its source; volumes that do not exist are created.</summary>
    public IReadOnlyList<ContainerMount> Resolve(IReadOnlyList<PlannedMount> planned, string containerId, string folder)
    {
        var mounts = planned.Select(plan => plan.Mount is { Type: "volume", Name: null } ? plan.Mount with { Name = VolumeName.Random() } : plan.Mount).ToArray();
        // Those that are made here; with --volumes-from there may be others that are another container's too.
        string[] anonymous = [.. mounts.Where((mount, i) => mount.Anonymous && planned[i].Mount.Name is null).Select(mount => mount.Name!)];
        if (anonymous.Length > 0)
            File.WriteAllLines(Path.Combine(folder, UnsettledFile), anonymous);
        for (int i = 0; i < mounts.Length; i++)
        {
            if (mounts[i].Type != "volume")
                continue;
            var labels = new Dictionary<string, string>(planned[i].VolumeLabels ?? new Dictionary<string, string>());
            if (mounts[i].Anonymous)
                labels[AnonymousLabel] = "";
            var volume = volumes.Create(mounts[i].Name, labels, planned[i].VolumeOptions, out bool created);
            mounts[i] = mounts[i] with { Source = volume.Mountpoint };
            if (created)
                events.Publish(EventTypes.Volume, "create", volume.Name, new Dictionary<string, string> { ["driver"] = "local" });
        }
        return mounts;
    }

    /// <summary>The creation is on disk: its anonymous volumes belong to it.</summary>
    public static void Settle(string folder) => File.Delete(Path.Combine(folder, UnsettledFile));

    /// <summary>Removes what an unfinished creation made.</summary>
    public void UndoUnsettled(string folder)
    {
        string path = Path.Combine(folder, UnsettledFile);
        if (!File.Exists(path))
            return;
        foreach (string name in File.ReadAllLines(path))
            if (volumes.Find(name) is not null)
                volumes.Remove(name, []);
        File.Delete(path);
    }

    /// <summary>Fills an empty volume with what the image has where it will show, owner and mode of the directory included.</summary>
    public void CopyUp(RootDirectory rootfs, ContainerMount mount)
    {
        if (mount.Type != "volume" || volumes.Find(mount.Name!) is not { Options.Count: 0 })
            return;
        // A part that is not there is the start's to say.
        using var target = VolumeSubpaths.TryOpenDirectory(mount, mount.Source);
        if (target is not null)
            VolumeCopyUp.Run(rootfs, mount.Destination, target.Handle.ProcPath());
    }

    /// <summary>Removes the anonymous volumes of a removed container, unless another container took them over.</summary>
    public void RemoveAnonymous(ContainerDocument document, ContainerIndex index)
    {
        foreach (var mount in document.Mounts.Where(mount => mount.Anonymous))
        {
            if (volumes.Find(mount.Name!) is null || index.All.Any(other => other.Id != document.Id && other.Document.Mounts.Any(used => used.Name == mount.Name)))
                continue;
            volumes.Remove(mount.Name!, []);
            events.Publish(EventTypes.Volume, "destroy", mount.Name!, new Dictionary<string, string> { ["driver"] = "local" });
        }
    }

    /// <summary>Makes volumes with mount options reachable, and says of every volume that it is in use.</summary>
    public void Mount(Container container)
    {
        foreach (var mount in container.Document.Mounts.Where(mount => mount.Type == "volume"))
        {
            if (volumes.Find(mount.Name!) is null)
                throw new FaultException(FaultKind.NotFound, $"cannot start container '{container.Document.Name}': volume '{mount.Name}' is gone; create it again");
            volumes.Mount(mount.Name!);
            events.PublishVolume("mount", mount, container.Id);
        }
    }

    /// <summary>Makes a volume with mount options reachable in the mount namespace of the calling thread, which is not the daemon's.</summary>
    /// <exception cref="LinuxException">mount(2).</exception>
    public void MountHere(ContainerMount mount)
    {
        if (mount.Type == "volume")
            volumes.MountHere(mount.Name!);
    }

    public void Unmount(Container container, ContainerIndex index)
    {
        foreach (var mount in container.Document.Mounts.Where(mount => mount.Type == "volume"))
        {
            bool stillUsed = index.All.Any(other => other != container && other.State.Status.HasProcess() && other.Document.Mounts.Any(used => used.Name == mount.Name));
            if (!stillUsed)
                volumes.Unmount(mount.Name!);
            events.PublishVolume("unmount", mount, container.Id);
        }
    }

    /// <summary>Ids of the containers that have a volume, running or not.</summary>
    public static IReadOnlyList<string> UsersOf(string volume, ContainerIndex index) =>
        [.. index.All.Where(container => container.Document.Mounts.Any(mount => mount.Name == volume)).Select(container => container.Id)];
}
