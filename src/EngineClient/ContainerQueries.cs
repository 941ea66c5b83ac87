namespace Sampan.EngineClient;

/// <summary>Which containers to list.</summary>
public sealed record ContainerListQuery
{
    /// <summary>Stopped ones too.</summary>
    public bool All { get; init; }

    /// <summary>The newest so many, in any state; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>With sizes, which the engine has to count.</summary>
    public bool Size { get; init; }

    public Filters Filters { get; init; } = new();
}

/// <summary>Which streams to attach to.</summary>
public sealed record AttachQuery
{
    public bool Stdin { get; init; }

    public bool Stdout { get; init; }

    public bool Stderr { get; init; }

    /// <summary>What was written before, first.</summary>
    public bool Logs { get; init; }

    /// <summary>"ctrl-p,ctrl-q"; null for the engine's default.</summary>
    public string? DetachKeys { get; init; }
}

/// <summary>Which part of the logs. Times are Unix seconds with an optional fraction.</summary>
public sealed record LogsQuery
{
    public bool Follow { get; init; }

    public string? Since { get; init; }

    public string? Until { get; init; }

    public bool Timestamps { get; init; }

    /// <summary>The extra attributes that log options add.</summary>
    public bool Details { get; init; }

    /// <summary>Lines from the end, or "all".</summary>
    public string Tail { get; init; } = "all";
}

/// <summary>What a wait is for.</summary>
public enum WaitCondition
{
    /// <summary>Not running: at once when it is not.</summary>
    NotRunning,
    /// <summary>The next time it ends.</summary>
    NextExit,
    /// <summary>It is gone.</summary>
    Removed,
}
