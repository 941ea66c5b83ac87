using Sampan.Layers;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

internal static class LayerMediaType
{
    /// <summary>image-spec v1.1, layer.md § Compression. Others than gzip and zstd have no type of their own; readers tell them by content.</summary>
    internal static string Of(CompressionFormat format) => format switch
    {
        CompressionFormat.Gzip => MediaTypes.OciLayerGzip,
        CompressionFormat.Zstd => MediaTypes.OciLayerZstd,
        _ => MediaTypes.OciLayer,
    };
}
