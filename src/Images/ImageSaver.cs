using System.Text.Json;
using Sampan.Content;
using Sampan.Faults;
using Sampan.Layers;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>docker save: one tar that is an OCI image layout and docker save's format at once. Blobs are copied as they lie in the store.</summary>
internal sealed class ImageSaver(ImageStore store)
{
    internal async Task SaveAsync(IReadOnlyList<string> names, Platform? platform, Stream target, CancellationToken ct)
    {
        var images = Select(names);
        if (platform is not null && images.Keys.Any(image => !new PlatformMatcher(platform).Matches(image.Config.Platform)))
            throw new FaultException(FaultKind.NotFound, $"no suitable export target found for platform {platform.Normalize()}");
        using Lease lease = store.Content.Lease();
        var blobs = new SortedDictionary<string, Digest>(StringComparer.Ordinal);
        foreach (var digest in images.Keys.SelectMany(ImageCatalog.BlobsOf))
        {
            lease.Hold(digest);
            blobs[digest.Hex] = digest;
        }

        await Task.Factory.StartNew(() => Write(new ArchiveWriter(new BlockingStream(target, ct)), images, blobs, ct), ct,
            TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
    }

    private void Write(ArchiveWriter archive, Dictionary<Image, List<ImageReference>> images, SortedDictionary<string, Digest> blobs, CancellationToken ct)
    {
        archive.WriteFolder("blobs/");
        archive.WriteFolder("blobs/sha256/");
        foreach (var (hex, digest) in blobs)
        {
            using FileStream blob = store.Content.OpenRead(digest);
            archive.WriteFile($"blobs/sha256/{hex}", blob, blob.Length, ct);
        }
        var index = LayoutIndex.Of(images.SelectMany(image => LayoutIndex.Descriptors(image.Key, image.Value, tag => tag.Tag)));
        archive.WriteFile(ImageLayout.IndexFileName, JsonSerializer.SerializeToUtf8Bytes(index, OciImageJson.Default.Index));
        IReadOnlyList<DockerArchiveEntry> entries = [.. images.Select(image => EntryOf(image.Key, image.Value))];
        archive.WriteFile(DockerArchiveEntry.FileName, JsonSerializer.SerializeToUtf8Bytes(entries, OciImageJson.Default.IReadOnlyListDockerArchiveEntry));
        var layout = new ImageLayout { ImageLayoutVersion = ImageLayout.CurrentVersion };
        archive.WriteFile(ImageLayout.FileName, JsonSerializer.SerializeToUtf8Bytes(layout, OciImageJson.Default.ImageLayout));
        archive.Finish();
    }

    /// <summary>The images, each with the tags it is saved under: the one named, all of a repository for its bare name, none for an id.</summary>
    private Dictionary<Image, List<ImageReference>> Select(IReadOnlyList<string> names)
    {
        ImageCatalog catalog = store.Catalog;
        var selected = new Dictionary<Digest, List<ImageReference>>();
        foreach (string name in names)
        {
            bool parsed = ImageReference.TryParse(name, out var reference);
            var all = parsed && reference!.IsNameOnly ? catalog.References.Where(known => ImageReference.Parse(known.Reference) is { Tag: not null } tag && tag.Name == reference.Name).ToList() : [];
            foreach (var known in all) Add(known.Image, ImageReference.Parse(known.Reference));
            if (all.Count > 0) continue;
            Image image = catalog.Get(name, null);
            Add(image.Id, parsed && reference!.Digest is null && catalog.Reference(reference)?.Image == image.Id ? reference.WithDefaultTag() : null);
        }
        return selected.ToDictionary(image => catalog.Image(image.Key)!, image => image.Value);

        void Add(Digest id, ImageReference? tag)
        {
            if (!selected.TryGetValue(id, out var tags)) selected[id] = tags = [];
            if (tag is not null && !tags.Contains(tag)) tags.Add(tag);
        }
    }

    private static DockerArchiveEntry EntryOf(Image image, List<ImageReference> tags) => new()
    {
        Config = $"blobs/sha256/{image.Id.Hex}",
        RepoTags = tags.Count == 0 ? null : [.. tags.Select(tag => tag.FamiliarString)],
        Layers = [.. image.Layers.Select(layer => $"blobs/sha256/{layer.Blob.Digest.Hex}")],
    };
}
