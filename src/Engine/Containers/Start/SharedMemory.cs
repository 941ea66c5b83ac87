using System.Globalization;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Engine.Containers.Start;

/// <summary><c>/dev/shm</c> by IPC mode: the container's own, one that others may join, another container's, or the host's.</summary>
internal static class SharedMemory
{
    /// <summary>A directory to bind; null: the container makes its own; "": none at all.</summary>
    /// <exception cref="FaultException">Conflict: the other container does not run or keeps its memory to itself.</exception>
    public static string? SourceOf(Container container, ContainerIndex index)
    {
        string mode = container.Document.HostConfig.IpcMode;
        switch (mode)
        {
            case "host":
                return "/dev/shm";
            case "none":
                return "";
            case "shareable":
                return Path.Combine(container.Bundle, "shm");
        }
        if (RunningContainer.Find(mode, index, "IPC") is not { } other)
            return null;
        return other.Document.HostConfig.IpcMode == "shareable" ? Path.Combine(other.Bundle, "shm")
            : throw new FaultException(FaultKind.Conflict, $"cannot join IPC of container {other.Id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)");
    }

    /// <summary>Mounts the memory of a container that others may join.</summary>
    public static void Mount(Container container)
    {
        if (container.Document.HostConfig.IpcMode != "shareable")
            return;
        string folder = Path.Combine(container.Bundle, "shm");
        Directory.CreateDirectory(folder);
        string size = container.Document.HostConfig.ShmSize.ToString(CultureInfo.InvariantCulture);
        Mounts.Mount("shm", folder, "tmpfs", MountFlags.NoSuid | MountFlags.NoDev | MountFlags.NoExec, $"mode=1777,size={size}");
    }

    /// <summary>Idempotent.</summary>
    public static void Unmount(string bundle)
    {
        string folder = Path.Combine(bundle, "shm");
        if (Files.TryStat(null, folder, followLinks: false, out var inner) && Files.TryStat(null, bundle, followLinks: false, out var outer)
            && inner.MountId != outer.MountId)
            Mounts.Unmount(folder, UnmountFlags.Detach);
    }
}
