using Sampan.Specs.Docker;

namespace Sampan.Engine.Containers;

/// <summary><c>&lt;data-root&gt;/containers/&lt;id&gt;/config.json</c>: what the container was asked to be. Immutable; rename and update replace it.</summary>
internal sealed record ContainerDocument
{
    public required string Id { get; init; }
    /// <summary>Without the leading slash.</summary>
    public required string Name { get; init; }
    public required DateTimeOffset Created { get; init; }
    /// <summary>"sha256:…": the image's id.</summary>
    public required string ImageId { get; init; }
    /// <summary>The chain the writable layer stands on; null for an image without layers.</summary>
    public required string? ChainId { get; init; }
    /// <summary>The image's config merged with the request: what runs.</summary>
    public required ContainerConfig Config { get; init; }
    public required HostConfig HostConfig { get; init; }
    /// <summary>Networks by name, as asked for.</summary>
    public required IReadOnlyDictionary<string, EndpointSettings> Networks { get; init; }
    public required IReadOnlyList<ContainerMount> Mounts { get; init; }

    /// <summary>What the process is: entrypoint and command.</summary>
    public IReadOnlyList<string> CommandLine => [.. Config.Entrypoint ?? [], .. Config.Cmd ?? []];
}

/// <summary>One mount of a container from outside its image, resolved: where it comes from on the host and where it shows.</summary>
internal sealed record ContainerMount
{
    /// <summary>"bind", "volume" or "tmpfs".</summary>
    public required string Type { get; init; }
    /// <summary>The volume's name; null for other kinds.</summary>
    public string? Name { get; init; }
    /// <summary>Absolute on the host; "" for tmpfs.</summary>
    public required string Source { get; init; }
    /// <summary>Absolute in the container, cleaned.</summary>
    public required string Destination { get; init; }
    public string? Driver { get; init; }
    /// <summary>What stood after the second colon of <c>-v</c>.</summary>
    public string Mode { get; init; } = "";
    public bool ReadWrite { get; init; } = true;
    /// <summary>"rprivate" and the like; "" for volumes.</summary>
    public string Propagation { get; init; } = "";
    /// <summary>Nobody asked for a propagation: what it says is a default, that the host's mounts need not be able to follow.</summary>
    public bool PropagationIsDefault { get; init; }
    /// <summary>The part of the volume that is shown; "" for all of it.</summary>
    public string Subpath { get; init; } = "";
    /// <summary>Bind only this mount, not what is mounted below it.</summary>
    public bool NonRecursive { get; init; }
    /// <summary>Below a read-only bind, submounts stay writable.</summary>
    public bool ReadOnlyNonRecursive { get; init; }
    /// <summary>Mount options of a tmpfs.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];
    /// <summary>Created for this container alone: goes with <c>rm -v</c> and <c>--rm</c>.</summary>
    public bool Anonymous { get; init; }
}
