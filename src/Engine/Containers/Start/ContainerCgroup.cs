using Sampan.Faults;
using Sampan.Linux.Cgroups;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Containers.Start;

/// <summary>Where a container's cgroup is: the runtime makes it and the shim removes it. Only what a killed start or a killed shim left is removed from here.</summary>
internal static class ContainerCgroup
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <param name="host">Null when nothing is known of the container but its id.</param>
    public static string PathOf(DaemonOptions daemon, string id, HostConfig? host)
    {
        string path = Path.Join(host?.CgroupParent is { Length: > 0 } parent ? parent : daemon.CgroupParent, id);
        // As in Docker, ".." leads no further up than to the root.
        string clean = Path.GetFullPath("/" + path);
        return path.StartsWith('/') ? clean : clean[1..];
    }

    /// <summary>Ends what is in it and removes it. Idempotent.</summary>
    /// <returns>True when there was something to end.</returns>
    /// <exception cref="FaultException">Conflict: a process does not end.</exception>
    public static bool Remove(string path)
    {
        var cgroup = CgroupFileSystem.Detect().Open(path);
        if (!cgroup.Exists)
            return false;
        bool hadProcesses = cgroup.Processes().Count > 0;
        cgroup.KillAll();
        cgroup.Delete(Patience);
        return hadProcesses;
    }
}
