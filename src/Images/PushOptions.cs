using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>How to push.</summary>
public sealed record PushOptions
{
    /// <summary>Null: anonymous.</summary>
    public RegistryAuth? Auth { get; init; }

    /// <summary>Refuses to push an image that is not of this platform; null: any.</summary>
    public Platform? Platform { get; init; }
}
