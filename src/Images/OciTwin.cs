using System.Text.Json;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>The OCI manifest with the same config and layers as a Docker one. Readers of an image layout find names only on OCI manifests, so index.json
/// names the twin; the image keeps the manifest, and the digest, it came with.</summary>
internal static class OciTwin
{
    /// <returns>The descriptor for index.json, and the twin's bytes; none when the manifest is OCI's already.</returns>
    internal static (Descriptor Descriptor, byte[]? Content) Of(Descriptor descriptor, Manifest manifest)
    {
        if (descriptor.MediaType == MediaTypes.OciManifest) return (descriptor, null);
        var twin = new Manifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.OciManifest,
            Config = Bare(manifest.Config, MediaTypes.OciConfig),
            Layers = [.. manifest.Layers.Select(LayerOf)],
        };
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(twin, OciImageJson.Default.Manifest);
        return (new Descriptor { MediaType = MediaTypes.OciManifest, Digest = Digest.Of(content), Size = content.Length }, content);
    }

    /// <summary>The OCI index of a Docker list, with the twins of those of its manifests that are here, and nothing of the others.</summary>
    internal static (Descriptor Descriptor, IReadOnlyList<byte[]> Content) OfIndex(IndexContent list)
    {
        var entries = new List<Descriptor>();
        var content = new List<byte[]>();
        foreach (var entry in list.Entries.Where(entry => entry is { IsWhole: true, Manifest: not null }))
        {
            var (descriptor, bytes) = Of(entry.Descriptor, entry.Manifest!);
            entries.Add(descriptor with { Platform = entry.Descriptor.Platform, Annotations = entry.Descriptor.Annotations });
            if (bytes is not null) content.Add(bytes);
        }
        var index = new Specs.Oci.Image.Index { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = entries };
        byte[] own = JsonSerializer.SerializeToUtf8Bytes(index, OciImageJson.Default.Index);
        return (new Descriptor { MediaType = MediaTypes.OciIndex, Digest = Digest.Of(own), Size = own.Length }, [.. content, own]);
    }

    /// <summary>A layer as an OCI manifest names it.</summary>
    internal static Descriptor LayerOf(Descriptor layer) => layer.MediaType switch
    {
        MediaTypes.DockerLayerGzip => Bare(layer, MediaTypes.OciLayerGzip),
        MediaTypes.DockerLayer => Bare(layer, MediaTypes.OciLayer),
        _ => layer,
    };

    private static Descriptor Bare(Descriptor descriptor, string mediaType) => new() { MediaType = mediaType, Digest = descriptor.Digest, Size = descriptor.Size };
}
