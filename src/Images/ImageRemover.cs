using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>docker rmi. A name given is taken away, and the image goes with its last name; an id given takes the image with all its names, if they are of one
/// repository. What a container or another image stands on is kept; parents that nothing needs any more go too. Texts and order are dockerd's.</summary>
internal sealed class ImageRemover(ImageStore store, ImageRemoveOptions options)
{
    private readonly List<ImageRemoval> _removals = [];

    internal IReadOnlyList<ImageRemoval> Remove(string nameOrId)
    {
        try
        {
            return RemoveFromCatalog(nameOrId);
        }
        finally
        {
            // The many files, while others go on.
            store.Snapshotter.Reclaim();
        }
    }

    private IReadOnlyList<ImageRemoval> RemoveFromCatalog(string nameOrId) => store.Exclusive(() =>
    {
        Image image = store.Catalog.Get(nameOrId, options.Platform);
        if (options.Platform is not null) image = store.Catalog.Image(image.Id)!;
        if ((options.Platform is not null || store.Catalog.IsPlatformOnly(image)) && RemovePlatform(nameOrId, image)) return _removals;
        bool byId = image.Id.ToString().StartsWith(nameOrId, StringComparison.Ordinal) || image.Id.Hex.StartsWith(nameOrId, StringComparison.Ordinal);
        var platforms = store.Catalog.Siblings(image);
        if (byId) UntagAll(image);
        else if (!UntagName(ImageReference.Parse(nameOrId), image, platforms))
        {
            DeleteUnneeded(platforms);
            return _removals;
        }
        Delete(image.Id, options.Force, onlyIfUnneeded: !byId);
        DeleteUnneeded(platforms);
        return (IReadOnlyList<ImageRemoval>)_removals;
    });

    /// <summary>Takes one platform from the names that have it, and its image with it.</summary>
    /// <returns>False when a name has nothing else: it is removed as a name is, then.</returns>
    private bool RemovePlatform(string nameOrId, Image image)
    {
        var named = ImageReference.TryParse(nameOrId, out var name) ? store.Catalog.Reference(name!) : null;
        List<IndexDocument> indexes = named is null ? [.. store.Catalog.IndexesWith(image.Id)] : [.. store.Catalog.IndexesWith(image.Id).Where(index => index.Index.Digest == named.Target.Digest)];
        if (indexes.Count == 0) return false;
        if (FindConflict(image, options.Force, evenNamed: true) is { } conflict) throw conflict.ToFault(image);
        if (!store.Withdraw(image.Id, indexes)) return false;
        Delete(image.Id, options.Force, onlyIfUnneeded: true);
        return true;
    }

    /// <summary>The other platforms of names that went.</summary>
    private void DeleteUnneeded(IReadOnlyList<Image> platforms)
    {
        foreach (var platform in platforms)
        {
            if (store.Catalog.Image(platform.Id) is not { IsDangling: true, RepoDigests.Count: 0 } left || store.Catalog.IsPlatformOnly(left)) continue;
            Delete(platform.Id, force: false, onlyIfUnneeded: true);
        }
    }

    /// <returns>Whether that was the last name, so that the image goes too.</returns>
    private bool UntagName(ImageReference name, Image image, IReadOnlyList<Image> platforms)
    {
        if (!options.Force && IsOneRepository(image) && options.Uses().FirstOrDefault(use => use.Image == image.Id || platforms.Any(platform => use.Image == platform.Id)) is { ContainerId: { } container } used)
        {
            throw new FaultException(FaultKind.Conflict,
                $"conflict: unable to remove repository reference \"{name.FamiliarString}\" (must force) - container {Short(container)} is using its referenced image {used.Image.Hex[..12]}");
        }
        name = name.Digest is { } digest ? name.WithDigest(digest) : name.WithDefaultTag();
        Untag([name], image);
        Image left = store.Catalog.Image(image.Id)!;
        if (name.Digest is null && !left.Tags.Any(tag => tag.Name == name.Name))
        {
            // The digests of a repository are worth nothing without a tag of it.
            Untag([.. left.RepoDigests.Where(other => other.Name == name.Name)], image);
            left = store.Catalog.Image(image.Id)!;
        }
        return left.Tags.Count + left.RepoDigests.Count == 0 && !store.Catalog.IsPlatformOnly(left);
    }

    private void UntagAll(Image image)
    {
        if (!IsOneRepository(image)) return;
        if (FindConflict(image, options.Force, evenNamed: true) is { } conflict) throw conflict.ToFault(image);
        Untag([.. image.Tags, .. image.RepoDigests], image);
    }

    /// <param name="onlyIfUnneeded">An image that something still needs stays, and that is no error: its name went, or it is the parent of what went.</param>
    private void Delete(Digest id, bool force, bool onlyIfUnneeded)
    {
        Image image = store.Catalog.Image(id)!;
        if (onlyIfUnneeded && store.Catalog.IsPlatformOnly(image)) return;
        if (FindConflict(image, force, evenNamed: force) is { } conflict)
        {
            if (onlyIfUnneeded && (conflict.InUse || image.Tags.Count + image.RepoDigests.Count > 0 || store.Catalog.HasChildren(id))) return;
            throw conflict.ToFault(image);
        }
        Untag([.. image.Tags, .. image.RepoDigests], image);
        IReadOnlyList<ChainId> layers = store.Delete(image);
        _removals.Add(new ImageRemoval.DeletedImage(image.Id));
        _removals.AddRange(layers.Select(layer => new ImageRemoval.DeletedLayer(layer)));
        if (!options.NoPrune && image.Parent is { } parent && store.Catalog.Image(parent) is not null) Delete(parent, force: false, onlyIfUnneeded: true);
    }

    private void Untag(IReadOnlyCollection<ImageReference> names, Image image)
    {
        if (names.Count == 0) return;
        store.Untag(names);
        _removals.AddRange(names.Select(name => new ImageRemoval.Untagged(name, image.Id)));
    }

    /// <summary>Why the image must stay, the reasons that cannot be forced first.</summary>
    private Conflict? FindConflict(Image image, bool force, bool evenNamed)
    {
        if (store.Catalog.HasChildren(image.Id)) return new Conflict("cannot be forced", "image has dependent child images");
        var uses = options.Uses().Where(use => use.Image == image.Id).ToList();
        if (uses.Find(use => use.Running) is { } running)
            return new Conflict("cannot be forced", $"image is being used by running container {Short(running.ContainerId)}", InUse: true);
        if (force) return null;
        if (!evenNamed && image.Tags.Count + image.RepoDigests.Count > 0) return new Conflict("must be forced", "image is referenced in multiple repositories");
        return uses.Count > 0 ? new Conflict("must be forced", $"image is being used by stopped container {Short(uses[0].ContainerId)}", InUse: true) : null;
    }

    /// <summary>At most one tag, and any digests are of its repository.</summary>
    private static bool IsOneRepository(Image image)
    {
        if (image.Tags.Count + image.RepoDigests.Count <= 1) return true;
        if (image.Tags.Count > 1) return false;
        string repository = (image.Tags.Count == 1 ? image.Tags : image.RepoDigests)[0].Name;
        return image.RepoDigests.All(digest => digest.Name == repository);
    }

    private static string Short(string containerId) => containerId.Length > 12 ? containerId[..12] : containerId;

    private sealed record Conflict(string Force, string Why, bool InUse = false)
    {
        internal FaultException ToFault(Image image) => new(FaultKind.Conflict, $"conflict: unable to delete {image.Id.Hex[..12]} ({Force}) - {Why}");
    }
}
