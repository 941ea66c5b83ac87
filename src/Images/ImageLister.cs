namespace Sampan.Images;

/// <summary>docker images, and what its filters leave.</summary>
internal static class ImageLister
{
    internal static IReadOnlyList<Image> List(ImageCatalog catalog, ImageFilter filter)
    {
        var before = filter.Before.Select(name => catalog.Get(name, null)).ToList();
        var since = filter.Since.Select(name => catalog.Get(name, null)).ToList();
        return [.. catalog.Images
            .Where(image => !catalog.IsPlatformOnly(image))
            .Where(image => filter.Dangling is null || filter.Dangling == image.IsDangling && !(image.IsDangling && catalog.HasChildren(image.Id)))
            .Where(image => filter.Intermediate || image.Tags.Count + image.RepoDigests.Count > 0 || !catalog.HasChildren(image.Id))
            .Where(image => filter.Labels.All(label => HasLabel(image, label)))
            .Where(image => !filter.NotLabels.Any(label => HasLabel(image, label)))
            .Where(image => before.TrueForAll(other => image.Config.CreatedAt < other.Config.CreatedAt))
            .Where(image => since.TrueForAll(other => image.Config.CreatedAt > other.Config.CreatedAt))
            .Where(image => filter.Until is null || image.Config.CreatedAt < filter.Until)
            .Select(image => filter.References.Count == 0 ? image : OnlyMatching(image, filter.References))
            .Where(image => filter.References.Count == 0 || image.Tags.Count + image.RepoDigests.Count > 0)
            .OrderByDescending(image => image.Config.CreatedAt)
            .ThenBy(image => image.Id.Hex, StringComparer.Ordinal)];
    }

    private static bool HasLabel(Image image, string label)
    {
        string[] parts = label.Split('=', 2);
        return image.Config.Config?.Labels?.TryGetValue(parts[0], out string? value) == true && (parts.Length == 1 || value == parts[1]);
    }

    /// <summary>The image with those of its names that match; Docker lists no others.</summary>
    private static Image OnlyMatching(Image image, IReadOnlyList<string> patterns) => image with
    {
        Tags = [.. image.Tags.Where(tag => patterns.Any(pattern => Matches(pattern, tag)))],
        RepoDigests = [.. image.RepoDigests.Where(digest => patterns.Any(pattern => Matches(pattern, digest)))],
    };

    /// <summary>path.Match of the whole familiar or canonical string, or of the name alone: '*' stays within one path component.</summary>
    private static bool Matches(string pattern, Specs.Oci.Image.ImageReference name) =>
        ReferencePattern.Matches(pattern, name.FamiliarString) || ReferencePattern.Matches(pattern, name.FamiliarName)
        || ReferencePattern.Matches(pattern, name.ToString()) || ReferencePattern.Matches(pattern, name.Name);
}
