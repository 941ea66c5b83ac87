using System.Text.Json;
using Sampan.Content;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>Reads the manifests that an index in the store names.</summary>
internal static class IndexReader
{
    internal const int MaxDepth = 3;

    /// <summary>In their order, those of indexes inside it in the place of these, as far as they are here; null when the index is damaged.</summary>
    internal static IReadOnlyList<Descriptor>? TryRead(Descriptor index, ContentStore content)
    {
        try
        {
            return [.. Leaves(index, content, 0)];
        }
        catch (Exception e) when (e is JsonException or FaultException)
        {
            return null;
        }
    }

    /// <summary>The entries of one index as they are.</summary>
    /// <exception cref="JsonException">It is no index.</exception>
    /// <exception cref="FaultException">It cannot be read.</exception>
    internal static IReadOnlyList<Descriptor> Entries(Digest index, ContentStore content) =>
        [.. JsonSerializer.Deserialize(content.Read(index, ImageStore.MaxManifestBytes), OciImageJson.Default.Index)?.Manifests.Where(manifest => manifest is not null) ?? []];

    private static IEnumerable<Descriptor> Leaves(Descriptor index, ContentStore content, int depth)
    {
        foreach (var manifest in Entries(index.Digest, content))
        {
            if (depth < MaxDepth && MediaTypes.IsIndex(manifest.MediaType) && content.Contains(manifest.Digest))
                foreach (var leaf in Leaves(manifest, content, depth + 1)) yield return leaf;
            else yield return manifest;
        }
    }
}
