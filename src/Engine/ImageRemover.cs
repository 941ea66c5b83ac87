using Sampan.Engine.Containers;
using Sampan.Engine.Events;
using Sampan.Images;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Engine;

/// <summary><c>docker rmi</c>: knows which containers use an image, and says what happened.</summary>
public sealed class ImageRemover
{
    private readonly ImageService _images;
    private readonly ContainerIndex _containers;
    private readonly EventLog _events;

    internal ImageRemover(ImageService images, ContainerIndex containers, EventLog events) => (_images, _containers, _events) = (images, containers, events);

    /// <exception cref="Faults.FaultException">NotFound; Conflict, with Docker's texts.</exception>
    public IReadOnlyList<ImageDeleteItem> Remove(string nameOrId, bool force, bool noPrune, Platform? platform = null)
    {
        var removals = _images.Remove(nameOrId, new ImageRemoveOptions { Force = force, NoPrune = noPrune, Platform = platform, Uses = Uses });
        foreach (var removal in removals)
        {
            switch (removal)
            {
                case ImageRemoval.Untagged untagged:
                    _events.PublishImage("untag", untagged.Image.ToString(), untagged.Image.ToString());
                    break;
                case ImageRemoval.DeletedImage deleted:
                    _events.PublishImage("delete", deleted.Image.ToString(), deleted.Image.ToString());
                    break;
            }
        }
        return [.. removals.Select(removal => new ImageDeleteItem { Untagged = removal.UntaggedText, Deleted = removal.DeletedText })];
    }

    /// <summary>Every container and its image.</summary>
    public IEnumerable<ImageUse> Uses() => _containers.All.Select(container =>
        new ImageUse(Digest.Parse(container.Document.ImageId), container.Id, container.State.Status.CountsAsRunning()));
}
