namespace Sampan.Runtime;

/// <summary>runtime.md § State. <see cref="Paused"/> is what runc adds.</summary>
public enum ContainerStatus
{
    Created,
    Running,
    Paused,
    Stopped,
}
