namespace Sampan.Images;

/// <summary>docker history: the steps of the config, newest first, with the sizes of the layers they made.</summary>
internal static class ImageHistory
{
    internal static IReadOnlyList<ImageHistoryLine> Of(Image image)
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
        if (lines.Count > 0) lines[0] = lines[0] with { Id = image.Id, Tags = image.Tags };
        return lines;
    }
}
