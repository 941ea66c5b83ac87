using Sampan.Faults;
using Sampan.Images;
using Sampan.Specs.Docker;

namespace Sampan.Engine;

/// <summary><c>docker image prune</c>: one at a time; what a container or another image stands on stays.</summary>
public sealed class ImagePruner
{
    private readonly ImageService _images;
    private readonly ImageRemover _remover;
    private readonly Events.EventLog _events;
    private int _running;

    internal ImagePruner(ImageService images, ImageRemover remover, Events.EventLog events) => (_images, _remover, _events) = (images, remover, events);

    /// <exception cref="FaultException">Conflict: another one runs.</exception>
    public Task<ImagesPruneReport> PruneAsync(ImageFilter filter, CancellationToken ct) => Task.Run(() =>
    {
        if (Interlocked.Exchange(ref _running, 1) == 1) throw new FaultException(FaultKind.Conflict, "a prune operation is already running");
        try
        {
            return Prune(filter with { Intermediate = false }, ct);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }, ct);

    private ImagesPruneReport Prune(ImageFilter filter, CancellationToken ct)
    {
        long before = _images.DiskUsage().LayersSize;
        var removed = new List<ImageDeleteItem>();
        foreach (var image in _images.List(filter))
        {
            ct.ThrowIfCancellationRequested();
            // By name first: removing an image with several names by its id is refused.
            string[] names = [.. image.Tags.Select(tag => tag.FamiliarString), .. image.RepoDigests.Select(digest => digest.FamiliarString)];
            foreach (string name in names.Length == 0 ? [image.Id.ToString()] : names) removed.AddRange(TryRemove(name));
        }
        long reclaimed = Math.Max(0, before - _images.DiskUsage().LayersSize) + _images.DropPartials();
        _events.Publish(Events.EventTypes.Image, "prune", "", new Dictionary<string, string> { ["reclaimed"] = reclaimed.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        return new ImagesPruneReport { ImagesDeleted = removed.Count == 0 ? null : removed, SpaceReclaimed = (ulong)reclaimed };
    }

    /// <summary>Nothing, when something uses it, or it went with an earlier name.</summary>
    private IReadOnlyList<ImageDeleteItem> TryRemove(string name)
    {
        try
        {
            return _images.Find(name) is null ? [] : _remover.Remove(name, force: false, noPrune: false);
        }
        catch (FaultException e) when (e.Kind is FaultKind.Conflict or FaultKind.NotFound)
        {
            return [];
        }
    }
}
