namespace Sampan.Engine.Logs;

/// <summary>What <c>docker logs</c> asks for.</summary>
public sealed record ContainerLogOptions
{
    public bool Stdout { get; init; }
    public bool Stderr { get; init; }
    /// <summary>Go on with what is written until the container ends.</summary>
    public bool Follow { get; init; }
    /// <summary>Each line begins with its RFC 3339 time (nanoseconds) and a space.</summary>
    public bool Timestamps { get; init; }
    /// <summary>Before each line its attributes and a space: what the log options labels, env and tag ask for.</summary>
    public bool Details { get; init; }
    /// <summary>Lines from the end; null: all.</summary>
    public int? Tail { get; init; }
    /// <summary>Nanoseconds since the epoch; lines before are left out.</summary>
    public long? Since { get; init; }
    /// <summary>Nanoseconds since the epoch; lines after are left out.</summary>
    public long? Until { get; init; }
}
