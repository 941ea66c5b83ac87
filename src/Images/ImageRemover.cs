using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>docker rmi. A name given is taken away, and the image goes with its last name; an id given takes the image with all its names, if they are of one
/// repository. What a container stands on is kept. Texts and order are dockerd's.</summary>
internal sealed class ImageRemover(ImageStore store)
{
    internal IReadOnlyList<ImageRemoval> Remove(string nameOrId, ImageRemoveOptions options) => store.Exclusive(() =>
    {
        Image image = store.Catalog.Get(nameOrId, null);
        var removals = new List<ImageRemoval>();
        bool byId = image.Id.ToString().StartsWith(nameOrId, StringComparison.Ordinal) || image.Id.Hex.StartsWith(nameOrId, StringComparison.Ordinal);
        if (byId) UntagAll(image, options, removals);
        else if (!UntagName(ImageReference.Parse(nameOrId), image, options, removals)) return removals;
        Delete(store.Catalog.Image(image.Id)!, options, removals);
        return (IReadOnlyList<ImageRemoval>)removals;
    });

    /// <returns>Whether that was the last name, so that the image goes too.</returns>
    private bool UntagName(ImageReference name, Image image, ImageRemoveOptions options, List<ImageRemoval> removals)
    {
        if (!options.Force && IsOneRepository(image) && options.Uses().FirstOrDefault(use => use.Image == image.Id) is { ContainerId: { } container })
        {
            throw new FaultException(FaultKind.Conflict,
                $"conflict: unable to remove repository reference \"{name.FamiliarString}\" (must force) - container {Short(container)} is using its referenced image {image.Id.Hex[..12]}");
        }
        name = name.Digest is { } digest ? name.WithDigest(digest) : name.WithDefaultTag();
        Untag([name], image, removals);

        Image left = store.Catalog.Image(image.Id)!;
        if (name.Digest is null && !left.Tags.Any(tag => tag.Name == name.Name))
        {
            // The digests of a repository are worth nothing without a tag of it.
            Untag([.. left.RepoDigests.Where(other => other.Name == name.Name)], image, removals);
            left = store.Catalog.Image(image.Id)!;
        }
        return left.Tags.Count + left.RepoDigests.Count == 0;
    }

    private void UntagAll(Image image, ImageRemoveOptions options, List<ImageRemoval> removals)
    {
        if (!IsOneRepository(image)) return;
        RequireUnused(image, options, evenNamed: true);
        Untag([.. image.Tags, .. image.RepoDigests], image, removals);
    }

    private void Delete(Image image, ImageRemoveOptions options, List<ImageRemoval> removals)
    {
        RequireUnused(image, options, evenNamed: options.Force);
        Untag([.. image.Tags, .. image.RepoDigests], image, removals);
        IReadOnlyList<ChainId> layers = store.Delete(image);
        removals.Add(new ImageRemoval.DeletedImage(image.Id));
        removals.AddRange(layers.Select(layer => new ImageRemoval.DeletedLayer(layer)));
    }

    private void Untag(IReadOnlyCollection<ImageReference> names, Image image, List<ImageRemoval> removals)
    {
        if (names.Count == 0) return;
        store.Untag(names);
        removals.AddRange(names.Select(name => new ImageRemoval.Untagged(name, image.Id)));
    }

    private static void RequireUnused(Image image, ImageRemoveOptions options, bool evenNamed)
    {
        var uses = options.Uses().Where(use => use.Image == image.Id).ToList();
        if (uses.Exists(use => use.Running))
            throw Conflict(image, "(cannot be forced)", $"image is being used by running container {Short(uses.Find(use => use.Running).ContainerId)}");
        if (options.Force) return;
        if (!evenNamed && image.Tags.Count + image.RepoDigests.Count > 0) throw Conflict(image, "(must be forced)", "image is referenced in multiple repositories");
        if (uses.Count > 0) throw Conflict(image, "(must be forced)", $"image is being used by stopped container {Short(uses[0].ContainerId)}");
    }

    /// <summary>At most one tag, and any digests are of its repository.</summary>
    private static bool IsOneRepository(Image image)
    {
        if (image.Tags.Count + image.RepoDigests.Count <= 1) return true;
        if (image.Tags.Count > 1) return false;
        string repository = (image.Tags.Count == 1 ? image.Tags : image.RepoDigests)[0].Name;
        return image.RepoDigests.All(digest => digest.Name == repository);
    }

    private static FaultException Conflict(Image image, string force, string why) =>
        new(FaultKind.Conflict, $"conflict: unable to delete {image.Id.Hex[..12]} {force} - {why}");

    private static string Short(string containerId) => containerId.Length > 12 ? containerId[..12] : containerId;
}
