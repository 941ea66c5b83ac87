namespace Sampan.Engine.Containers;

/// <summary>Where a container is in its life.</summary>
internal enum ContainerStatus
{
    Created,
    Running,
    Paused,
    /// <summary>Ended, and about to be started again by its restart policy.</summary>
    Restarting,
    /// <summary>Its parts are being removed; only removal goes on.</summary>
    Removing,
    Exited,
    /// <summary>Removal failed half-way; it can only be removed again.</summary>
    Dead,
}

/// <summary>The transitions, in one place.</summary>
internal static class ContainerStatusExtensions
{
    public static bool HasProcess(this ContainerStatus status) => status is ContainerStatus.Running or ContainerStatus.Paused;

    /// <summary>Docker's <c>State.Running</c> stays true while paused or waiting for a restart.</summary>
    public static bool CountsAsRunning(this ContainerStatus status) => status.HasProcess() || status is ContainerStatus.Restarting;

    public static bool CanStart(this ContainerStatus status) => status is ContainerStatus.Created or ContainerStatus.Exited or ContainerStatus.Restarting;

    /// <summary>The word of the API: "created", "running", …</summary>
    public static string ToWire(this ContainerStatus status) => status switch
    {
        ContainerStatus.Created => "created",
        ContainerStatus.Running => "running",
        ContainerStatus.Paused => "paused",
        ContainerStatus.Restarting => "restarting",
        ContainerStatus.Removing => "removing",
        ContainerStatus.Exited => "exited",
        _ => "dead",
    };
}
