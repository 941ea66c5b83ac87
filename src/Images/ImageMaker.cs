using System.Text.Json;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>Writes config and manifest of an image that is made here, import or commit, and records it.</summary>
internal sealed class ImageMaker(ImageStore store)
{
    /// <param name="layers">Unpacked, their blobs in the store, all held by <paramref name="lease"/>; base layer first.</param>
    /// <param name="name">Null: the image gets no name.</param>
    /// <param name="parent">The image it was made from.</param>
    internal Image Make(ImageConfig config, IReadOnlyList<ImageLayer> layers, ImageReference? name, Digest? parent, ImageLease lease)
    {
        byte[] configBytes = JsonSerializer.SerializeToUtf8Bytes(config, OciImageJson.Default.ImageConfig);
        var manifest = new Manifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.OciManifest,
            Config = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = Add(configBytes, lease), Size = configBytes.Length },
            Layers = [.. layers.Select(layer => OciTwin.LayerOf(layer.Blob))],
        };
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(manifest, OciImageJson.Default.Manifest);
        var descriptor = new Descriptor { MediaType = MediaTypes.OciManifest, Digest = Add(bytes, lease), Size = bytes.Length };
        Image image = store.Make(descriptor, manifest, ConfigReader.Read(configBytes, manifest.Config.Digest), layers, lease.Blobs) with { Parent = parent };
        return store.Put(image, name is null ? [] : [name.WithDefaultTag()], image.Manifest);
    }

    private Digest Add(byte[] content, ImageLease lease)
    {
        lease.Blobs.Hold(Digest.Of(content));
        return store.Content.Add(content);
    }
}
