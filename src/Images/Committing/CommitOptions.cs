using Sampan.Snapshots;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>How to make an image of a container's changes: docker commit.</summary>
public sealed record CommitOptions
{
    /// <summary>The container's writable snapshot. Nobody should write to it meanwhile: a container that runs is paused.</summary>
    public required SnapshotKey Container { get; init; }

    /// <summary>The image the container was made from; null when it has none.</summary>
    public required Image? Parent { get; init; }

    /// <summary>Absolute paths in the container that the engine made, not the container.</summary>
    public IReadOnlySet<string> Without { get; init; } = new HashSet<string>();

    /// <summary>What the client asked the image's config to be; null: the container's.</summary>
    public ExecutionConfig? Config { get; init; }

    /// <summary>The container's own config: fills what <see cref="Config"/> leaves open.</summary>
    public required ExecutionConfig ContainerConfig { get; init; }

    /// <summary>Dockerfile instructions, as for <see cref="ImportOptions.Changes"/>.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];
    public string ContainerId { get; init; } = "";

    /// <summary>What history says made the layer: the container's command.</summary>
    public string CreatedBy { get; init; } = "";
    public string Author { get; init; } = "";
    public string Comment { get; init; } = "";

    /// <summary>Null: the image gets no name.</summary>
    public ImageReference? Reference { get; init; }
}
