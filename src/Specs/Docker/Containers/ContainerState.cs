using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>The State part of a container's inspect document.</summary>
public sealed record ContainerState
{
    /// <summary>"created", "running", "paused", "restarting", "removing", "exited" or "dead".</summary>
    public string Status { get; init => field = value ?? ""; } = "";
    public bool Running { get; init; }
    public bool Paused { get; init; }
    public bool Restarting { get; init; }
    public bool OOMKilled { get; init; }
    public bool Dead { get; init; }
    public int Pid { get; init; }
    public int ExitCode { get; init; }
    public string Error { get; init => field = value ?? ""; } = "";

    /// <summary>RFC 3339 with nanoseconds; <see cref="Rfc3339.Never"/> before the first start.</summary>
    public string StartedAt { get; init => field = value ?? Rfc3339.Never; } = Rfc3339.Never;
    public string FinishedAt { get; init => field = value ?? Rfc3339.Never; } = Rfc3339.Never;

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContainerHealth? Health { get; init; }
}
