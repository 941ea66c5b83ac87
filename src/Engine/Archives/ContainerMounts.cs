using Sampan.Engine.Containers;

namespace Sampan.Engine.Archives;

/// <summary>What shows in a container's files from outside its image, as <c>docker cp</c> has it: binds and volumes whose source is there, and the
/// three network files that the engine wrote for it.</summary>
internal static class ContainerMounts
{
    private static readonly string[] NetworkFiles = ["hosts", "hostname", "resolv.conf"];

    public static IReadOnlyList<ContainerMount> Of(Container container)
    {
        var document = container.Document;
        List<ContainerMount> mounts = [.. document.Mounts.Where(mount => mount.Type != "tmpfs" && Path.Exists(mount.Source))];
        foreach (string name in NetworkFiles)
        {
            string source = Path.Combine(container.Folder, name), destination = "/etc/" + name;
            if (File.Exists(source) && !document.Mounts.Any(mount => mount.Destination == destination))
                mounts.Add(new ContainerMount { Type = "bind", Source = source, Destination = destination, ReadWrite = !document.HostConfig.ReadonlyRootfs });
        }
        return mounts;
    }

    /// <summary>The one that a path is on.</summary>
    /// <param name="path">Absolute, without links.</param>
    public static ContainerMount? Find(Container container, string path) => Of(container)
        .Where(mount => path == mount.Destination || path.StartsWith(mount.Destination + "/", StringComparison.Ordinal))
        .MaxBy(mount => mount.Destination.Length);
}
