using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

internal static class ImageUsage
{
    internal static ImageDiskUsage Of(ImageCatalog catalog)
    {
        var users = new Dictionary<ChainId, (long Size, int Images)>();
        foreach (var layer in catalog.Images.SelectMany(image => image.Layers))
            users[layer.Chain] = (layer.Size, users.GetValueOrDefault(layer.Chain).Images + 1);
        return new ImageDiskUsage(users.Values.Sum(layer => layer.Size),
            catalog.Images.ToDictionary(image => image.Id, image => image.Layers.Where(layer => users[layer.Chain].Images > 1).Sum(layer => layer.Size)));
    }
}
