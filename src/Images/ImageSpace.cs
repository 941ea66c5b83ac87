using Sampan.Faults;
using Sampan.Linux;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>Measures what images take on disk: walks the files of every layer.</summary>
internal sealed class ImageSpace(ImageStore store)
{
    private readonly ImageCatalog _catalog = store.Catalog;
    private readonly Dictionary<Digest, long> _blobs = [];
    private readonly Dictionary<ChainId, long> _layers = [];

    internal ImageDiskSpace Measure()
    {
        var needs = _catalog.Images.ToDictionary(image => image.Id, Needs);
        var users = new Dictionary<string, int>();
        foreach (var part in needs.Values.SelectMany(need => need)) users[part.Name] = users.GetValueOrDefault(part.Name) + 1;
        var images = new Dictionary<Digest, (long, long)>();
        foreach (var (id, parts) in needs) images[id] = (parts.Sum(part => part.Bytes), parts.Where(part => users[part.Name] > 1).Sum(part => part.Bytes));
        long layers = _catalog.LiveChains().Sum(layer => Measured(_layers, layer, store.Snapshotter.DiskUsage));
        return new ImageDiskSpace(layers + _catalog.LiveBlobs().Sum(blob => Measured(_blobs, blob, SizeOf)), images);
    }

    /// <summary>Every layer and blob of an image, of its names and of the indexes it is in, each once.</summary>
    private List<Part> Needs(Image image)
    {
        var blobs = new HashSet<Digest>([image.Manifest.Digest, .. ImageCatalog.BlobsOf(image)]);
        foreach (var reference in _catalog.References.Where(reference => reference.Image == image.Id))
        {
            blobs.Add(reference.Target.Digest);
            if (reference.Manifest is null) continue;
            blobs.Add(reference.Manifest.Digest);
            blobs.UnionWith(reference.Layers!.Select(layer => layer.Digest));
        }
        foreach (var index in _catalog.IndexesWith(image.Id))
        {
            // Attestations and what else came with it; another platform is an image of its own.
            foreach (var member in index.Members.Where(member => member.Image is null || member.Image == image.Id)) blobs.UnionWith([member.Manifest.Digest, .. member.Blobs.Select(blob => blob.Digest)]);
            blobs.Add(index.Index.Digest);
        }
        List<Part> parts = [.. image.Layers.DistinctBy(layer => layer.Chain).Select(layer => new Part($"layer {layer.Chain}", Measured(_layers, layer.Chain, store.Snapshotter.DiskUsage)))];
        parts.AddRange(blobs.Select(blob => new Part(blob.ToString(), Measured(_blobs, blob, SizeOf))));
        return parts;
    }

    private long SizeOf(Digest blob)
    {
        using FileStream file = store.Content.OpenRead(blob);
        return TreeSize.OfFile(file.SafeFileHandle);
    }

    private static long Measured<T>(Dictionary<T, long> known, T what, Func<T, long> measure) where T : notnull
    {
        if (known.TryGetValue(what, out long bytes)) return bytes;
        try
        {
            bytes = measure(what);
        }
        catch (FaultException e) when (e.Kind is FaultKind.NotFound)
        {
            bytes = 0;   // removed while we count
        }
        known.Add(what, bytes);
        return bytes;
    }

    private sealed record Part(string Name, long Bytes);
}
