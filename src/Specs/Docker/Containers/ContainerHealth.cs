namespace Sampan.Specs.Docker;

/// <summary>What the health checks of a container found.</summary>
public sealed record ContainerHealth
{
    /// <summary>"none", "starting", "healthy" or "unhealthy".</summary>
    public string Status { get; init => field = value ?? "none"; } = "none";
    public int FailingStreak { get; init; }

    /// <summary>The last five.</summary>
    public IReadOnlyList<HealthcheckResult>? Log { get; init; }
}

/// <summary>One run of a health check.</summary>
public sealed record HealthcheckResult
{
    public DateTimeOffset Start { get; init; }
    public DateTimeOffset End { get; init; }

    /// <summary>0 healthy, 1 unhealthy, others an error of the check itself.</summary>
    public int ExitCode { get; init; }
    public string Output { get; init => field = value ?? ""; } = "";
}
