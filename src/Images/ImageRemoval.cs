using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>One line of docker rmi.</summary>
public abstract record ImageRemoval
{
    private ImageRemoval() { }

    /// <summary>A name that no longer points at <paramref name="Image"/>.</summary>
    public sealed record Untagged(ImageReference Reference, Digest Image) : ImageRemoval;

    /// <summary>An image that is gone.</summary>
    public sealed record DeletedImage(Digest Image) : ImageRemoval;

    /// <summary>A layer that is gone with it.</summary>
    public sealed record DeletedLayer(ChainId Chain) : ImageRemoval;

    /// <summary>What the API's "Untagged" member says, or null.</summary>
    public string? UntaggedText => this is Untagged untagged ? untagged.Reference.FamiliarString : null;

    /// <summary>What the API's "Deleted" member says, or null.</summary>
    public string? DeletedText => this switch
    {
        DeletedImage image => image.Image.ToString(),
        DeletedLayer layer => layer.Chain.ToString(),
        _ => null,
    };
}

public sealed record ImageRemoveOptions
{
    /// <summary>Also when stopped containers use it or several names point at it.</summary>
    public bool Force { get; init; }

    /// <summary>Keep parents that nothing needs any more.</summary>
    public bool NoPrune { get; init; }

    /// <summary>Only when it is of this platform; null: any.</summary>
    public Platform? Platform { get; init; }

    /// <summary>Every container and its image, asked while the store is locked: must not call back into it.</summary>
    public Func<IEnumerable<ImageUse>> Uses { get; init; } = () => [];
}

/// <summary>A container made from an image.</summary>
public sealed record ImageUse(Digest Image, string ContainerId, bool Running);
