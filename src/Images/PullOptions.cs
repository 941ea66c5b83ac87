using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>How to pull.</summary>
public sealed record PullOptions
{
    /// <summary>Null: the platform of this machine.</summary>
    public Platform? Platform { get; init; }

    /// <summary>Null: anonymous.</summary>
    public RegistryAuth? Auth { get; init; }

    /// <summary>Every tag of the repository: docker pull --all-tags. The reference must then have neither tag nor digest.</summary>
    public bool AllTags { get; init; }
}

public enum PullOutcome
{
    /// <summary>"Image is up to date": the reference already pointed here.</summary>
    UpToDate,
    /// <summary>"Downloaded newer image": the reference is new or has moved.</summary>
    Downloaded,
}

/// <param name="Image">What the reference points at now; with all tags, the last of them.</param>
/// <param name="Digest">What the registry resolved the reference to.</param>
public sealed record PullResult(Image Image, Digest Digest, PullOutcome Outcome);
