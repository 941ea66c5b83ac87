using Sampan.Distribution;

namespace Sampan.Images;

/// <summary>Where images live and where they come from.</summary>
public sealed record ImageServiceOptions
{
    /// <summary>Absolute path of the image layout: &lt;data-root&gt;/image.</summary>
    public required string Root { get; init; }
    public RegistryOptions Registries { get; init; } = new();
}
