namespace Sampan.Images;

/// <summary>Which images to list: docker images --filter. Empty lists filter nothing; several values of one list are alternatives, save labels,
/// which must all match.</summary>
public sealed record ImageFilter
{
    /// <summary>True: only images without a tag; false: only images with one.</summary>
    public bool? Dangling { get; init; }

    /// <summary>"key" or "key=value".</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Shell patterns of familiar names: "busybox", "*/app:v?".</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>Names or ids of images: only images created before them.</summary>
    public IReadOnlyList<string> Before { get; init; } = [];

    /// <summary>Names or ids of images: only images created after them.</summary>
    public IReadOnlyList<string> Since { get; init; } = [];

    /// <summary>Only images created before this time.</summary>
    public DateTimeOffset? Until { get; init; }
}
