namespace Sampan.Engine.Containers;

/// <summary>What <c>docker ps</c> asks for.</summary>
public sealed record ContainerListOptions
{
    /// <summary>Also those that do not run.</summary>
    public bool All { get; init; }
    /// <summary>The newest so many, running or not; 0: no limit.</summary>
    public int Limit { get; init; }
    /// <summary>Count the bytes of each one's files, as dockerd does: their lengths.</summary>
    public bool Size { get; init; }
    /// <summary>Count instead what they take on disk, as du(1) does.</summary>
    public bool OnDisk { get; init; }
    public Filters Filters { get; init; } = Filters.None;
}
