using Sampan.Content;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>Keeps the blobs and layers of an image that is on its way in. What no image needs when it ends is dropped: all of it after a failure, nothing after a success.</summary>
internal sealed class ImageLease(ImageStore store) : IDisposable
{
    private readonly List<ChainId> _chains = [];

    internal Lease Blobs { get; } = store.Content.Lease();

    internal void Hold(IEnumerable<LayerSource> layers)
    {
        foreach (var layer in layers)
        {
            Blobs.Hold(layer.Blob.Digest);
            store.Chains.Hold([layer.Chain]);
            _chains.Add(layer.Chain);
        }
    }

    public void Dispose()
    {
        var blobs = Blobs.Held;
        Blobs.Dispose();
        store.Chains.Release(_chains);
        store.Discard(blobs, Enumerable.Reverse(_chains));
    }
}
