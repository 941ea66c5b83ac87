namespace Sampan.Images;

/// <summary>docker history: the steps of the config, newest first, with the sizes of the layers they made.</summary>
internal static class ImageHistory
{
    /// <param name="catalog">Has the images it was committed from, which the lines below the first are of.</param>
    internal static IReadOnlyList<ImageHistoryLine> Of(Image image, ImageCatalog catalog)
    {
        var lines = new List<ImageHistoryLine>();
        int layer = 0;
        foreach (var step in image.Config.History ?? [])
        {
            long size = !step.EmptyLayer && layer < image.Layers.Count ? image.Layers[layer++].Size : 0;
            lines.Add(new ImageHistoryLine(null, step.CreatedAt, step.CreatedBy ?? "", [], size, step.Comment ?? ""));
        }
        // A config without history, or one that tells of fewer layers than there are.
        for (; layer < image.Layers.Count; layer++) lines.Add(new ImageHistoryLine(null, image.Config.CreatedAt, "", [], image.Layers[layer].Size, ""));
        lines.Reverse();
        Image? at = image;
        for (int i = 0; i < lines.Count && at is not null; i++, at = at.Parent is { } parent ? catalog.Image(parent) : null)
            lines[i] = lines[i] with { Id = at.Id, Tags = at.Tags };
        return lines;
    }
}
