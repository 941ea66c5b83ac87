namespace Sampan.Images;

/// <summary>Which images to list: docker images --filter. Empty lists filter nothing; several values of one list are alternatives, save labels,
/// which must all match.</summary>
public sealed record ImageFilter
{
    /// <summary>Also images without a name that others were committed from: docker images -a.</summary>
    public bool Intermediate { get; init; } = true;

    /// <summary>True: only images without a tag that no other was committed from; false: only images with one.</summary>
    public bool? Dangling { get; init; }

    /// <summary>"key" or "key=value".</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>As <see cref="Labels"/>; an image that has one of them is left out.</summary>
    public IReadOnlyList<string> NotLabels { get; init; } = [];

    /// <summary>Shell patterns of familiar names: "busybox", "*/app:v?".</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>Names or ids of images: only images created before them.</summary>
    public IReadOnlyList<string> Before { get; init; } = [];

    /// <summary>Names or ids of images: only images created after them.</summary>
    public IReadOnlyList<string> Since { get; init; } = [];

    /// <summary>Only images created before this time.</summary>
    public DateTimeOffset? Until { get; init; }
}
