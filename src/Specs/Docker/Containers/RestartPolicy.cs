namespace Sampan.Specs.Docker;

/// <summary>What happens when a container exits.</summary>
public sealed record RestartPolicy
{
    /// <summary>"", "no", "always", "unless-stopped" or "on-failure".</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Only with on-failure; 0 means no limit.</summary>
    public int MaximumRetryCount { get; init; }
}
