namespace Sampan.Engine.Containers;

/// <summary>How to remove a container.</summary>
public sealed record ContainerRemoveOptions
{
    /// <summary>Kill it first when it runs.</summary>
    public bool Force { get; init; }
    /// <summary>Remove its anonymous volumes too.</summary>
    public bool Volumes { get; init; }
    /// <summary>Remove the link of that name; links are not supported, so this is refused.</summary>
    public bool Link { get; init; }
}
