using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sampan.Content;
using Sampan.Faults;
using Sampan.Snapshots;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>Which images there are and how they are called: in memory for readers, as documents on disk for the next start. One writer at a time.</summary>
internal sealed partial class ImageStore
{
    internal const int MaxManifestBytes = 4 << 20;
    internal const int MaxConfigBytes = 8 << 20;
    private readonly DocumentFolder _documents;
    private readonly ILogger _log;
    private readonly Lock _gate = new();   // guards changes of _catalog and of the documents; taken before ChainHolds' and ContentStore's
    private volatile ImageCatalog _catalog = ImageCatalog.Empty;

    internal ImageStore(string root, ISnapshotter snapshotter, ILogger log)
    {
        // Root's alone: layers hold what only root may read in a container.
        Directory.CreateDirectory(root);
        File.SetUnixFileMode(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Content = ContentStore.Open(root);
        Snapshotter = snapshotter;
        Chains = new ChainHolds(snapshotter);
        _documents = new DocumentFolder(Path.Combine(root, "references"));
        _log = log;
    }

    internal ContentStore Content { get; }

    internal ISnapshotter Snapshotter { get; }

    internal ChainHolds Chains { get; }

    internal ImageCatalog Catalog => _catalog;

    /// <summary>Reads the documents and puts right what a crash, or somebody's hand, left: an image that is not whole is forgotten, a name without image too,
    /// and what nothing refers to is dropped.</summary>
    internal void Recover()
    {
        _documents.Open();
        var images = new Dictionary<Digest, Image>();
        foreach (var document in _documents.Images())
        {
            try
            {
                images.Add(document.Id, ReadImage(document));
            }
            catch (Exception e) when (e is FaultException or JsonException or FormatException)
            {
                Log.Dropped(_log, document.Id.ToString(), e.Message);
                _documents.DeleteImage(document.Id);
            }
        }
        var references = new List<ReferenceDocument>();
        foreach (var document in _documents.References())
        {
            bool valid = ImageReference.TryParse(document.Reference, out var name);
            bool whole = document.Manifest is null || Content.Contains(document.Manifest.Digest) && document.Layers?.All(layer => Content.Size(layer.Digest) == layer.Size) == true;
            if (valid && whole && images.ContainsKey(document.Image) && Content.Contains(document.Target.Digest)) references.Add(document);
            else if (valid) _documents.DeleteReference(name!);
        }
        _catalog = new ImageCatalog(images.Values, references, ReadIndexes(images, references));

        foreach (var key in Snapshotter.Keys.Where(Unpacker.Owns)) Snapshotter.Remove(key);
        var live = _catalog.LiveChains();
        Chains.Collect(Snapshotter.Chains.Where(chain => !live.Contains(chain)), live);
        Chains.CollectOrphans(live);
        Snapshotter.Reclaim();
        Content.Recover(_catalog.LiveBlobs());
        WriteIndex();
    }

    /// <summary>An image whose blobs and layers are here, not recorded yet.</summary>
    internal Image Make(Descriptor descriptor, Manifest manifest, ImageConfig config, IReadOnlyList<ImageLayer> layers, Lease lease)
    {
        var (layout, twin) = OciTwin.Of(descriptor, manifest);
        lease.Hold(layout.Digest);
        if (twin is not null) Content.Add(twin);
        return new Image { Id = manifest.Config.Digest, Config = config, ConfigSize = manifest.Config.Size, Manifest = descriptor, LayoutManifest = layout, Layers = layers };
    }

    /// <summary>What is no image, its blobs here; not recorded yet.</summary>
    internal static Image MakeArtifact(Descriptor descriptor, IReadOnlyList<Descriptor> blobs) => new()
    {
        Id = descriptor.Digest,
        Config = new ImageConfig(),
        ConfigSize = descriptor.Size,
        Manifest = descriptor,
        LayoutManifest = descriptor,
        Layers = [],
        Artifact = blobs,
    };

    /// <summary>Records an image whose blobs and layers are here (and held), and points <paramref name="names"/> at it.</summary>
    /// <param name="target">What the names resolved to: the image's manifest, or the index it was chosen from.</param>
    /// <param name="members">Of that index what came now; their images are recorded.</param>
    internal Image Put(Image image, IReadOnlyList<ImageReference> names, Descriptor target, IReadOnlyList<IndexMember>? members = null)
    {
        lock (_gate)
        {
            var before = _catalog;
            var indexes = before.Indexes;
            if (members is { Count: > 0 } && names.Count > 0)
            {
                var index = (before.Index(target.Digest) ?? new IndexDocument { Index = target, Members = [] }).With(members);
                _documents.Write(index);
                indexes = [.. before.Indexes.Where(other => other.Index.Digest != target.Digest), index];
            }
            // The same config may have come before under another manifest: the first stays, its blobs are here already.
            Image current = _catalog.Image(image.Id) ?? image;
            if (names.Any(name => name.Digest is null && _catalog.Reference(name)?.Image != image.Id))
                current = current with { LastTagged = DateTimeOffset.UtcNow };
            if (current != _catalog.Image(image.Id)) _documents.Write(DocumentOf(current));

            var references = _catalog.References.ToDictionary(reference => reference.Reference, StringComparer.Ordinal);
            foreach (var name in names)
            {
                var document = DocumentOf(name.ToString(), image, target, current);
                if (references.GetValueOrDefault(document.Reference) == document) continue;
                _documents.Write(document);
                references[document.Reference] = document;
            }
            Publish([.. before.Images.Where(other => other.Id != image.Id), current], references.Values, indexes);
            return _catalog.Image(image.Id)!;
        }
    }

    /// <summary>Points <paramref name="name"/> at what <paramref name="nameOrId"/> means.</summary>
    internal Image Tag(string nameOrId, ImageReference name)
    {
        lock (_gate)
        {
            Image image = _catalog.Get(nameOrId, null);
            bool byName = ImageReference.TryParse(nameOrId, out var source) && _catalog.Reference(source!)?.Image == image.Id;
            return byName ? Put(_catalog.As(_catalog.Reference(source!)!), [name], _catalog.Reference(source!)!.Target) : Put(image, [name], image.Manifest);
        }
    }

    /// <summary>Runs a change made of several steps, which must not take long: nobody else changes anything meanwhile.</summary>
    internal T Exclusive<T>(Func<T> change)
    {
        lock (_gate) return change();
    }

    /// <summary>Takes names away; their images stay.</summary>
    internal void Untag(IReadOnlyCollection<ImageReference> names)
    {
        lock (_gate)
        {
            var gone = names.Select(name => name.ToString()).ToHashSet(StringComparer.Ordinal);
            foreach (var name in names) _documents.DeleteReference(name);
            Publish(_catalog.Images, _catalog.References.Where(reference => !gone.Contains(reference.Reference)), _catalog.Indexes);
        }
    }

    /// <summary>Forgets an image that no name points at, and drops what it alone needed.</summary>
    /// <returns>The layers that went, top first; their files go with the snapshotter's next Reclaim.</returns>
    internal IReadOnlyList<ChainId> Delete(Image image)
    {
        lock (_gate)
        {
            _documents.DeleteImage(image.Id);
            Publish([.. _catalog.Images.Where(other => other.Id != image.Id)], _catalog.References, _catalog.Indexes);
            return Chains.Collect(ChainsTopFirst(image), _catalog.LiveChains());
        }
    }

    private static IEnumerable<ChainId> ChainsTopFirst(Image image)
    {
        for (int i = image.Layers.Count - 1; i >= 0; i--) yield return image.Layers[i].Chain;
    }

    /// <summary>After work that came to nothing: drops those of its blobs and layers that nothing else needs.</summary>
    internal void Discard(IEnumerable<Digest> blobs, IEnumerable<ChainId> chainsTopFirst)
    {
        lock (_gate)
        {
            Content.Collect(blobs, _catalog.LiveBlobs());
            Chains.Collect(chainsTopFirst, _catalog.LiveChains());
        }
        Snapshotter.Reclaim();
    }

    internal void CollectLayers()
    {
        lock (_gate) Chains.CollectOrphans(_catalog.LiveChains());
        Snapshotter.Reclaim();
    }

    /// <summary>Bytes of a committed layer's files, as counted when it was unpacked.</summary>
    internal long LayerSize(ChainId chain) =>
        _catalog.Images.SelectMany(image => image.Layers).FirstOrDefault(layer => layer.Chain == chain)?.Size ?? Snapshotter.Usage(chain).Bytes;

    private void Publish(IReadOnlyCollection<Image> images, IEnumerable<ReferenceDocument> references, IEnumerable<IndexDocument> indexes)
    {
        var before = _catalog;
        _catalog = new ImageCatalog(images, references, indexes);
        WriteIndex();
        foreach (var index in before.Indexes.Where(index => _catalog.Index(index.Index.Digest) is null)) _documents.DeleteIndex(index.Index.Digest);
        Content.Collect(before.LiveBlobs(), _catalog.LiveBlobs());   // of a deleted image; the index that a moved or removed name pointed at
    }

    private static ImageDocument DocumentOf(Image image) => new()
    {
        Id = image.Id,
        Manifest = image.Manifest,
        LayerSizes = [.. image.Layers.Select(layer => layer.Size)],
        LastTagged = image.LastTagged,
        Parent = image.Parent,
        Artifact = image.Artifact,
    };

    /// <param name="recorded">What the store has of the image; null: it is looked up.</param>
    private ReferenceDocument DocumentOf(string name, Image image, Descriptor target, Image? recorded = null)
    {
        bool other = (recorded ?? _catalog.Image(image.Id)!).Manifest.Digest != image.Manifest.Digest;
        return new ReferenceDocument
        {
            Reference = name,
            Image = image.Id,
            Target = target,
            Manifest = other ? image.Manifest : null,
            Layers = other ? [.. image.Layers.Select(layer => layer.Blob)] : null,
        };
    }

    private Image ReadImage(ImageDocument document)
    {
        if (document.Artifact is { } blobs)
        {
            var missing = blobs.FirstOrDefault(blob => Content.Size(blob.Digest) != blob.Size);
            if (missing is not null || !Content.Contains(document.Id)) throw new FaultException(FaultKind.Internal, $"the blob {missing?.Digest ?? document.Id} is missing or cut short");
            return MakeArtifact(document.Manifest, blobs) with { LastTagged = document.LastTagged };
        }
        var manifest = JsonSerializer.Deserialize(Content.Read(document.Manifest.Digest, MaxManifestBytes), OciImageJson.Default.Manifest)!;
        var config = JsonSerializer.Deserialize(Content.Read(document.Id, MaxConfigBytes), OciImageJson.Default.ImageConfig)!;
        if (document.LayerSizes.Count != manifest.Layers.Count || config.DiffIds.Count != manifest.Layers.Count)
            throw new FaultException(FaultKind.Internal, "the number of its layers differs between manifest, config and document");
        var sources = LayerSource.Of(manifest, config);
        foreach (var source in sources)
        {
            if (Content.Size(source.Blob.Digest) != source.Blob.Size)
                throw new FaultException(FaultKind.Internal, $"the blob of layer {source.Blob.Digest} is missing or cut short");
            if (!Snapshotter.Exists(source.Chain)) throw new FaultException(FaultKind.Internal, $"the snapshot {source.Chain} is missing");
        }
        using Lease lease = Content.Lease();
        return Make(document.Manifest, manifest, config, [.. sources.Select((source, i) => source.Unpacked(document.LayerSizes[i]))], lease) with
        {
            LastTagged = document.LastTagged,
            Parent = document.Parent,
        };
    }

    /// <summary>index.json is for other tools; we read the documents.</summary>
    private void WriteIndex() => Content.WriteIndex(LayoutIndex.Of(_catalog.Images));

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "dropped image {Id}, which is not whole: {Reason}")]
        public static partial void Dropped(ILogger logger, string id, string reason);
    }
}
