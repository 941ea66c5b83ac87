namespace Sampan.ShimClient;

/// <summary>containerd.v1.types.Status, with its numbers.</summary>
public enum ProcessStatus
{
    Unknown = 0,
    Created = 1,
    Running = 2,
    Stopped = 3,
    Paused = 4,
    Pausing = 5,
}
