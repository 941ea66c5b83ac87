namespace Sampan.Engine.Containers;

/// <summary><c>&lt;data-root&gt;/containers/&lt;id&gt;/state.json</c>: how the container is. Immutable; every transition replaces it.</summary>
internal sealed record RunState
{
    public ContainerStatus Status { get; init; } = ContainerStatus.Created;
    /// <summary>Process id of the container's init on the host; 0 without a process.</summary>
    public int Pid { get; init; }
    public int ShimPid { get; init; }
    public int ExitCode { get; init; }
    public bool OomKilled { get; init; }
    /// <summary>Why the last start failed; "" when it did not.</summary>
    public string Error { get; init; } = "";
    public DateTimeOffset StartedAt { get; init; } = UnixTime.Never;
    public DateTimeOffset FinishedAt { get; init; } = UnixTime.Never;
    public int RestartCount { get; init; }
    /// <summary>Stopped by a person: <c>unless-stopped</c> and <c>always</c> do not start it again until somebody does.</summary>
    public bool StoppedByUser { get; init; }
}
