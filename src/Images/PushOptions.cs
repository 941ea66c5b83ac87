using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>How to push.</summary>
public sealed record PushOptions
{
    /// <summary>Null: anonymous.</summary>
    public RegistryAuth? Auth { get; init; }

    /// <summary>Send this platform's manifest only; null: the index if all of it is here, else the manifest the name means.</summary>
    public Platform? Platform { get; init; }
}
