using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>All images and names at one moment. Immutable: look-ups need no lock.</summary>
internal sealed class ImageCatalog
{
    internal static readonly ImageCatalog Empty = new([], [], []);
    private readonly Dictionary<Digest, Image> _images;
    private readonly Dictionary<string, ReferenceDocument> _references;   // by canonical name
    private readonly Dictionary<Digest, IndexDocument> _indexes;          // those that a name resolves to
    private readonly ILookup<Digest, IndexDocument> _holders;             // by the images in them
    private readonly string[] _sortedIds;
    private readonly HashSet<Digest> _parents;

    internal ImageCatalog(IEnumerable<Image> images, IEnumerable<ReferenceDocument> references, IEnumerable<IndexDocument> indexes)
    {
        _references = references.ToDictionary(reference => reference.Reference, StringComparer.Ordinal);
        var targets = _references.Values.Select(reference => reference.Target.Digest.ToString()).ToHashSet(StringComparer.Ordinal);
        _indexes = indexes.Where(index => targets.Contains(index.Index.Digest.ToString())).ToDictionary(index => index.Index.Digest);
        var held = from index in _indexes.Values from member in index.Members where member.Image is not null select new Holding(member.Image!.Value, index);
        _holders = held.ToLookup(holding => holding.Image, holding => holding.Index);
        var names = _references.Values.ToLookup(reference => reference.Image, reference => ImageReference.Parse(reference.Reference));
        _images = images.ToDictionary(image => image.Id, image => image with
        {
            Tags = [.. names[image.Id].Where(name => name.Digest is null).Order()],
            RepoDigests = [.. names[image.Id].Where(name => name.Digest is not null).Order()],
        });
        _parents = [.. _images.Values.Select(image => image.Parent).OfType<Digest>()];
        _sortedIds = [.. _images.Keys.Select(id => id.Hex).Order(StringComparer.Ordinal)];
    }

    internal IReadOnlyCollection<Image> Images => _images.Values;

    internal IReadOnlyCollection<ReferenceDocument> References => _references.Values;

    internal IReadOnlyCollection<IndexDocument> Indexes => _indexes.Values;

    internal Image? Image(Digest id) => _images.GetValueOrDefault(id);

    internal IndexDocument? Index(Digest digest) => _indexes.GetValueOrDefault(digest);

    /// <summary>The indexes with this image in them that a name resolves to.</summary>
    internal IEnumerable<IndexDocument> IndexesWith(Digest image) => _holders[image];

    /// <summary>No name means it, but an index that a name resolves to has it: another platform of that name.</summary>
    internal bool IsPlatformOnly(Image image) => image.Tags.Count + image.RepoDigests.Count == 0 && _holders.Contains(image.Id);

    /// <summary>The other platforms of an image's names that are here.</summary>
    internal IReadOnlyList<Image> Siblings(Image image) => [.. _references.Values.Where(reference => reference.Image == image.Id)
        .Select(reference => Index(reference.Target.Digest)).OfType<IndexDocument>().SelectMany(index => index.Members)
        .Select(member => member.Image).OfType<Digest>().Where(id => id != image.Id).Distinct().Select(id => _images[id])];

    /// <summary>Whether an image was committed from this one.</summary>
    internal bool HasChildren(Digest id) => _parents.Contains(id);

    /// <summary>By tag or digest; a digest beats the tag beside it.</summary>
    internal ReferenceDocument? Reference(ImageReference name) =>
        _references.GetValueOrDefault((name.Digest is { } digest ? name.WithDigest(digest) : name.WithDefaultTag()).ToString());

    /// <summary>The image of a name, with the manifest it came with under that name.</summary>
    internal Image As(ReferenceDocument reference)
    {
        Image image = _images[reference.Image];
        return reference.Manifest is not { } manifest ? image : image with
        {
            Manifest = manifest,
            Layers = [.. image.Layers.Zip(reference.Layers!, (layer, blob) => layer with { Blob = blob })],
        };
    }

    /// <summary>Name first, then id, then unique prefix of an id, as Docker does.</summary>
    internal Image? Find(string nameOrId)
    {
        if (ImageReference.TryParse(nameOrId, out var name) && Reference(name!) is { } reference) return Image(reference.Image);
        string hex = nameOrId.StartsWith("sha256:", StringComparison.Ordinal) ? nameOrId["sha256:".Length..] : nameOrId;
        return ByPrefix(hex);
    }

    /// <param name="platform">Null: the image itself. Else the best for it among the platforms of its names that are here.</param>
    /// <exception cref="FaultException">NotFound with Docker's texts; InvalidArgument: malformed.</exception>
    internal Image Get(string nameOrId, Platform? platform)
    {
        if (Find(nameOrId) is not { } image)
        {
            string name = Digest.TryParse(nameOrId, out _) || Digest.TryParse("sha256:" + nameOrId, out _) ? nameOrId
                : ImageReference.Parse(nameOrId).WithDefaultTag().FamiliarString;
            throw new FaultException(FaultKind.NotFound, $"No such image: {name}");
        }
        return platform is null ? image : PlatformChoice.Of(this, nameOrId, image, platform);
    }

    /// <summary>The image with the names of the indexes it is in, when it has none of its own.</summary>
    internal Image WithAllNames(Image image)
    {
        if (!IsPlatformOnly(image)) return image;
        var names = _references.Values.Where(reference => IndexesWith(image.Id).Any(index => index.Index.Digest == reference.Target.Digest)).Select(reference => ImageReference.Parse(reference.Reference)).Order().ToList();
        return image with { Tags = [.. names.Where(name => name.Digest is null)], RepoDigests = [.. names.Where(name => name.Digest is not null)] };
    }

    private Image? ByPrefix(string hex)
    {
        if (hex.Length is 0 or > 64) return null;
        int at = Array.BinarySearch(_sortedIds, hex, StringComparer.Ordinal);
        if (at < 0) at = ~at;
        bool found = at < _sortedIds.Length && _sortedIds[at].StartsWith(hex, StringComparison.Ordinal);
        bool ambiguous = found && at + 1 < _sortedIds.Length && _sortedIds[at + 1].StartsWith(hex, StringComparison.Ordinal);
        return found && !ambiguous ? _images[Digest.Parse("sha256:" + _sortedIds[at])] : null;
    }

    /// <summary>An image as one of an index has it: with the bytes it came with there.</summary>
    internal Image As(IndexMember member)
    {
        Image image = _images[member.Image!.Value];
        return image with { Manifest = member.Manifest with { Annotations = null }, Layers = [.. image.Layers.Zip(member.Blobs.Skip(1), (layer, blob) => layer with { Blob = blob })] };
    }

    /// <summary>Every blob that an image or a name needs.</summary>
    internal HashSet<Digest> LiveBlobs()
    {
        var live = new HashSet<Digest>();
        foreach (var image in _images.Values) live.UnionWith([image.Manifest.Digest, .. BlobsOf(image)]);
        foreach (var reference in _references.Values)
        {
            live.Add(reference.Target.Digest);
            if (reference.Manifest is { } manifest)
            {
                live.Add(manifest.Digest);
                foreach (var layer in reference.Layers!) live.Add(layer.Digest);
            }
        }
        foreach (var index in _indexes.Values)
        {
            foreach (var member in index.Members)
            {
                live.Add(member.Manifest.Digest);
                foreach (var blob in member.Blobs) live.Add(blob.Digest);
            }
        }
        return live;
    }

    internal HashSet<ChainId> LiveChains()
    {
        var live = new HashSet<ChainId>();
        foreach (var image in _images.Values)
            foreach (var layer in image.Layers) live.Add(layer.Chain);
        return live;
    }

    /// <summary>What a layout needs to have of an image.</summary>
    internal static IEnumerable<Digest> BlobsOf(Image image)
    {
        yield return image.LayoutManifest.Digest;
        yield return image.Id;
        foreach (var layer in image.Layers) yield return layer.Blob.Digest;
        foreach (var blob in image.Artifact ?? []) yield return blob.Digest;
    }

    private sealed record Holding(Digest Image, IndexDocument Index);
}
