using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>A layer to unpack.</summary>
/// <param name="Parent">The layers below it; null for the base.</param>
/// <param name="Chain">Its name with them.</param>
/// <param name="DiffId">What its uncompressed tar must hash to.</param>
/// <param name="Blob">Its compressed content.</param>
internal sealed record LayerSource(ChainId? Parent, ChainId Chain, Digest DiffId, Descriptor Blob)
{
    /// <summary>One per layer of an image, base first.</summary>
    internal static IReadOnlyList<LayerSource> Of(Manifest manifest, ImageConfig config)
    {
        var chains = ChainId.Stack(config.DiffIds).ToList();
        return [.. chains.Select((chain, i) => new LayerSource(i == 0 ? null : chains[i - 1], chain, config.DiffIds[i], manifest.Layers[i]))];
    }

    /// <summary>The layers of an image that is here, base first.</summary>
    internal static IReadOnlyList<LayerSource> Of(Image image) =>
        [.. image.Layers.Select((layer, i) => new LayerSource(i == 0 ? null : image.Layers[i - 1].Chain, layer.Chain, layer.DiffId, layer.Blob))];

    internal ImageLayer Unpacked(long size) => new(Blob, DiffId, Chain, size);
}
