using Sampan.Engine.Events;
using Sampan.Engine.Storage;
using Sampan.Faults;
using Sampan.Images;
using Sampan.Snapshots;

namespace Sampan.Engine.Containers;

/// <summary><c>docker rm</c>: nothing of the container is left: files, layer, log, bundle, anonymous volumes when asked for.</summary>
internal sealed class ContainerRemover(
    ContainerIndex index, ContainerStore store, ImageService images, ContainerVolumes volumes, ContainerKiller killer, EventLog events)
{
    /// <exception cref="FaultException">Conflict: it runs and force is not given.</exception>
    public async Task RemoveAsync(Container container, ContainerRemoveOptions options, CancellationToken ct)
    {
        if (options.Link)
            throw new FaultException(FaultKind.NotSupported, "not supported by this engine: removing links");
        container.CancelRestartDelay();
        if (container.State.Status.CountsAsRunning())
        {
            if (!options.Force)
                throw Refuse(container);
            await EndAsync(container, ct).ConfigureAwait(false);
        }
        await container.Verbs.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (!index.TryGet(container.Id, out _))
            {
                // With --rm the end of the process may have removed it already.
                if (container.Document.HostConfig.AutoRemove)
                    return;
                throw new FaultException(FaultKind.NotFound, $"No such container: {container.Id}");
            }
            // Looked at in its own turn: an end that is being handled has come to its end by now.
            if (container.State.Status.HasProcess())
                throw options.Force ? NoExit(container) : Refuse(container);
            RemoveParts(container, options.Volumes);
        }
        finally
        {
            container.Verbs.Release();
        }
    }

    private async Task EndAsync(Container container, CancellationToken ct)
    {
        try
        {
            await killer.KillAsync(container, null, ct).ConfigureAwait(false);
        }
        catch (FaultException error) when (error.Kind is FaultKind.Conflict)
        {
            // It has ended in between.
        }
    }

    private void RemoveParts(Container container, bool withVolumes)
    {
        // Said first: a daemon that dies in here goes on with the removal when it comes back.
        container.State = container.State with { Status = ContainerStatus.Removing };
        store.Save(container.Id, container.State);
        Purge(container.Document, withVolumes);
        index.Remove(container);
        events.Publish(container, "destroy");
        container.AnnounceRemoval();
    }

    /// <summary>Files, layer and volumes; also of a container that an earlier daemon was removing. Idempotent.</summary>
    public void Purge(ContainerDocument document, bool withVolumes)
    {
        if (withVolumes)
            volumes.RemoveAnonymous(document, index);
        images.Snapshotter.Remove(new SnapshotKey(document.Id));
        store.Delete(document.Id);
        images.CollectLayers();
    }

    private static FaultException NoExit(Container container) => new(FaultKind.Internal,
        $"cannot remove container \"/{container.Document.Name}\": could not kill container: did not receive an exit event");

    private static FaultException Refuse(Container container) => new(FaultKind.Conflict, container.State.Status is ContainerStatus.Paused
        ? $"cannot remove container \"/{container.Document.Name}\": container is paused and must be unpaused first"
        : $"cannot remove container \"/{container.Document.Name}\": container is {container.State.Status.ToWire()}: stop the container before removing or force remove");
}
