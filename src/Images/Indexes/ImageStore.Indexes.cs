using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

// Names that resolve to an index, and which of its platforms are here.
internal sealed partial class ImageStore
{
    /// <summary>Takes a platform's image, and what attests it, out of indexes. The names that meant it mean the best of the platforms that are left.</summary>
    /// <returns>False when it is the last of one: nothing is changed then.</returns>
    internal bool Withdraw(Digest image, IReadOnlyList<IndexDocument> from)
    {
        lock (_gate)
        {
            var references = _catalog.References.ToDictionary(reference => reference.Reference, StringComparer.Ordinal);
            var indexes = _catalog.Indexes.ToList();
            var moved = new List<ReferenceDocument>();
            foreach (var index in from)
            {
                var left = index with { Members = [.. index.Members.Where(member => member.Image != image && !member.Attests(index, image))] };
                var images = left.Members.Where(member => member.Image is not null).ToList();
                if (images.Count == 0) return false;
                indexes[indexes.IndexOf(index)] = left;
                var best = PlatformMatcher.Host.Choose(images, member => member.Manifest.Platform) ?? images[0];
                moved.AddRange(references.Values.Where(reference => reference.Image == image && reference.Target.Digest == index.Index.Digest)
                    .Select(reference => DocumentOf(reference.Reference, _catalog.As(best), reference.Target)));
            }
            foreach (var reference in moved) _documents.Write(references[reference.Reference] = reference);
            foreach (var index in indexes.Except(_catalog.Indexes)) _documents.Write(index);
            Publish(_catalog.Images, references.Values, indexes);
            return true;
        }
    }

    /// <summary>The documents of indexes, without what is not whole. A store of the time before them has names only: each knew one platform of its index.</summary>
    private List<IndexDocument> ReadIndexes(Dictionary<Digest, Image> images, List<ReferenceDocument> references)
    {
        var indexes = new Dictionary<Digest, IndexDocument>();
        foreach (var document in _documents.Indexes())
        {
            var whole = document.Members.Where(member => (member.Image is not { } image || images.ContainsKey(image)) && Content.Contains(member.Manifest.Digest)
                && member.Blobs.All(blob => Content.Size(blob.Digest) == blob.Size)).ToList();
            if (references.Exists(reference => reference.Target.Digest == document.Index.Digest)) indexes[document.Index.Digest] = document with { Members = whole };
            else _documents.DeleteIndex(document.Index.Digest);
        }
        foreach (var reference in references.Where(reference => MediaTypes.IsIndex(reference.Target.MediaType)))
        {
            Image image = images[reference.Image];
            var index = indexes.GetValueOrDefault(reference.Target.Digest) ?? new IndexDocument { Index = reference.Target, Members = [] };
            if (image.IsArtifact || index.Members.Any(member => member.Image == image.Id)) continue;
            var layers = reference.Layers ?? [.. image.Layers.Select(layer => layer.Blob)];
            var config = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = image.Id, Size = image.ConfigSize };
            indexes[reference.Target.Digest] = index.With([new IndexMember { Manifest = reference.Manifest ?? image.Manifest, Blobs = [config, .. layers], Image = image.Id }]);
        }
        return [.. indexes.Values];
    }
}
