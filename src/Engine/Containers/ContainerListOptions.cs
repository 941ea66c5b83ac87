namespace Sampan.Engine.Containers;

/// <summary>What <c>docker ps</c> asks for.</summary>
public sealed record ContainerListOptions
{
    /// <summary>Also those that do not run.</summary>
    public bool All { get; init; }
    /// <summary>The newest so many, running or not; 0: no limit.</summary>
    public int Limit { get; init; }
    /// <summary>Count the bytes of each one's files.</summary>
    public bool Size { get; init; }
    public Filters Filters { get; init; } = Filters.None;
}
