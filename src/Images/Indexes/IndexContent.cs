using System.Text.Json;
using Sampan.Content;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>What an index is made of, with what of it is here.</summary>
/// <param name="Entries">An index inside it comes after what it names, so that a registry has seen that before.</param>
internal sealed record IndexContent(IReadOnlyList<IndexContent.Entry> Entries)
{
    /// <param name="Manifest">Null: an index, or not here.</param>
    /// <param name="IsWhole">It, and the blobs it names, are here.</param>
    internal sealed record Entry(Descriptor Descriptor, Manifest? Manifest, bool IsWhole)
    {
        /// <summary>The document itself, and its blobs.</summary>
        internal IEnumerable<Descriptor> Content => Manifest is null ? [Descriptor] : Manifest.Layers.Prepend(Manifest.Config).Prepend(Descriptor);

        internal bool IsImage => Manifest is { IsImage: true } && !Attestation.Is(Descriptor);
    }

    internal bool IsWhole => Entries.All(entry => entry.IsWhole);

    internal int Images => Entries.Count(entry => entry is { IsWhole: true, IsImage: true });

    /// <exception cref="FaultException">A document in the store is damaged.</exception>
    internal static IndexContent Read(Descriptor index, ContentStore content)
    {
        try
        {
            var entries = new List<Entry>();
            Collect(index, content, entries, 0);
            return new IndexContent(entries);
        }
        catch (JsonException e)
        {
            throw new FaultException(FaultKind.Internal, $"index {index.Digest} is damaged: {e.Message}", e);
        }
    }

    private static void Collect(Descriptor index, ContentStore content, List<Entry> entries, int depth)
    {
        foreach (var descriptor in IndexReader.Entries(index.Digest, content))
        {
            bool here = content.Contains(descriptor.Digest);
            if (MediaTypes.IsIndex(descriptor.MediaType))
            {
                if (here && depth < IndexReader.MaxDepth) Collect(descriptor, content, entries, depth + 1);
                entries.Add(new Entry(descriptor, null, here));
            }
            else if (here && MediaTypes.IsManifest(descriptor.MediaType))
            {
                var manifest = JsonSerializer.Deserialize(content.Read(descriptor.Digest, ImageStore.MaxManifestBytes), OciImageJson.Default.Manifest)!;
                entries.Add(new Entry(descriptor, manifest, manifest.Layers.Prepend(manifest.Config).All(blob => content.Size(blob.Digest) == blob.Size)));
            }
            else
            {
                entries.Add(new Entry(descriptor, null, here));   // of a type we do not know: its bytes are all there is to it
            }
        }
    }
}
