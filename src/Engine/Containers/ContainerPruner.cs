using Sampan.Faults;
using Sampan.Images;
using Sampan.Snapshots;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Containers;

/// <summary><c>docker container prune</c>: removes what does not run.</summary>
internal sealed class ContainerPruner(ContainerIndex index, ContainerRemover remover, ImageService images, Events.EventLog events)
{
    public async Task<ContainersPruneReport> PruneAsync(Filters filters, CancellationToken ct)
    {
        filters.Validate("label", "label!", "until");
        var until = PruneFilter.Until(filters);
        var deleted = new List<string>();
        ulong reclaimed = 0;
        foreach (var container in index.All)
        {
            ct.ThrowIfCancellationRequested();
            if (container.State.Status.CountsAsRunning() || container.Document.Created > until || !PruneFilter.MatchesLabels(filters, container.Document.Config.Labels))
                continue;
            try
            {
                ulong size = (ulong)images.Snapshotter.Usage(new SnapshotKey(container.Id)).Bytes;
                await remover.RemoveAsync(container, new ContainerRemoveOptions(), ct).ConfigureAwait(false);
                deleted.Add(container.Id);
                reclaimed += size;
            }
            catch (FaultException error) when (error.Kind is FaultKind.Conflict or FaultKind.NotFound)
            {
                // Started or removed by somebody else in between.
            }
        }
        events.Publish(Events.EventTypes.Container, "prune", "", new Dictionary<string, string> { ["reclaimed"] = reclaimed.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        return new ContainersPruneReport { ContainersDeleted = deleted.Count > 0 ? deleted : null, SpaceReclaimed = reclaimed };
    }
}
