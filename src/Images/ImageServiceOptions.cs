using Sampan.Distribution;
using Sampan.Layers;

namespace Sampan.Images;

/// <summary>Where images live and where they come from.</summary>
public sealed record ImageServiceOptions
{
    /// <summary>Absolute path of the image layout: &lt;data-root&gt;/image.</summary>
    public required string Root { get; init; }

    /// <summary>What one layer may take; the form of its whiteouts is the snapshotter's.</summary>
    public ApplyOptions Layers { get; init; } = new();

    /// <summary>Layers fetched at once, of all images together; 0: any number.</summary>
    public int MaxDownloads { get; init; } = 3;

    /// <summary>Layers sent at once, of all images together; 0: any number.</summary>
    public int MaxUploads { get; init; } = 5;

    public RegistryOptions Registries { get; init; } = new();
}
