using Sampan.Distribution;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>Where images live and where they come from.</summary>
public sealed record ImageServiceOptions
{
    /// <summary>Absolute path of the image layout: &lt;data-root&gt;/image.</summary>
    public required string Root { get; init; }

    /// <summary>Images that need no registry: given a name with its tag, an archive as for load, or null. Asked at every pull, so a pull is how they appear.</summary>
    public Func<ImageReference, Stream?> BuiltIn { get; init; } = _ => null;
    public RegistryOptions Registries { get; init; } = new();
}
