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
        var images = Select(names, platform);
        using Lease lease = store.Content.Lease();
        var blobs = new SortedDictionary<string, byte[]?>(StringComparer.Ordinal);
        foreach (var image in images)
        {
            foreach (var digest in image.Blobs)
            {
                lease.Hold(digest);
                blobs[digest.Hex] = null;
            }
            foreach (byte[] made in image.Made) blobs[Digest.Of(made).Hex] = made;
        }

        await Task.Factory.StartNew(() => Write(new ArchiveWriter(new BlockingStream(target, ct)), images, blobs, ct), ct,
            TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
    }

    private void Write(ArchiveWriter archive, IReadOnlyList<SavedImage> images, SortedDictionary<string, byte[]?> blobs, CancellationToken ct)
    {
        archive.WriteFolder("blobs/");
        archive.WriteFolder("blobs/sha256/");
        foreach (var (hex, made) in blobs)
        {
            if (made is not null)
            {
                archive.WriteFile($"blobs/sha256/{hex}", made);
                continue;
            }
            using FileStream blob = store.Content.OpenRead(Digest.Parse("sha256:" + hex));
            archive.WriteFile($"blobs/sha256/{hex}", blob, blob.Length, ct);
        }
        var index = LayoutIndex.Of(images.SelectMany(image => image.Descriptors));
        archive.WriteFile(ImageLayout.IndexFileName, JsonSerializer.SerializeToUtf8Bytes(index, OciImageJson.Default.Index));
        IReadOnlyList<DockerArchiveEntry> entries = [.. images.Select(image => image.Entry).OfType<DockerArchiveEntry>()];
        archive.WriteFile(DockerArchiveEntry.FileName, JsonSerializer.SerializeToUtf8Bytes(entries, OciImageJson.Default.IReadOnlyListDockerArchiveEntry));
        var layout = new ImageLayout { ImageLayoutVersion = ImageLayout.CurrentVersion };
        archive.WriteFile(ImageLayout.FileName, JsonSerializer.SerializeToUtf8Bytes(layout, OciImageJson.Default.ImageLayout));
        archive.Finish();
    }

    /// <summary>The images, each with the tags it is saved under: the one named, all of a repository for its bare name, none for an id.</summary>
    private IReadOnlyList<SavedImage> Select(IReadOnlyList<string> names, Platform? platform)
    {
        ImageCatalog catalog = store.Catalog;
        var selected = new List<Selected>();
        foreach (string name in names)
        {
            bool parsed = ImageReference.TryParse(name, out var reference);
            var all = parsed && reference!.IsNameOnly ? catalog.References.Where(known => ImageReference.Parse(known.Reference) is { Tag: not null } tag && tag.Name == reference.Name).ToList() : [];
            foreach (var known in all) Add(ImageReference.Parse(known.Reference).FamiliarString, known, ImageReference.Parse(known.Reference));
            if (all.Count > 0) continue;
            var meant = parsed ? catalog.Reference(reference!) : null;
            Add(name, meant, meant is not null && reference!.Digest is null ? reference.WithDefaultTag() : null);
        }
        return [.. selected.Select(one => SavedImage.Of(one.Image, one.Target, one.Tags, store.Content))];

        void Add(string name, ReferenceDocument? known, ImageReference? tag)
        {
            Image image = catalog.Image(Get(name, platform).Id)!;
            var target = platform is null && known is not null ? known.Target : image.Manifest;
            var same = selected.Find(other => other.Image.Id == image.Id && (other.Target.Digest == target.Digest || !MediaTypes.IsIndex(target.MediaType) && !MediaTypes.IsIndex(other.Target.MediaType)));
            if (same is null) selected.Add(same = new Selected(image, target, []));
            if (tag is not null && !same.Tags.Contains(tag)) same.Tags.Add(tag);
        }
    }

    private Image Get(string name, Platform? platform)
    {
        Image image = store.Catalog.Get(name, null);
        try
        {
            return platform is null ? image : store.Catalog.Get(name, platform);
        }
        catch (FaultException absent) when (absent.Kind is FaultKind.NotFound)
        {
            throw new FaultException(FaultKind.NotFound, $"no suitable export target found for platform {platform!.Normalize()}: {absent.Message}", absent);
        }
    }

    private sealed record Selected(Image Image, Descriptor Target, List<ImageReference> Tags);
}
