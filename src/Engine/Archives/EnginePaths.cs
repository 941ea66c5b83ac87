using Sampan.Snapshots;

namespace Sampan.Engine.Archives;

/// <summary>Places in a container's files that the engine makes, not the container: mount points of what it provides, and <c>/.dockerenv</c>,
/// by which programs see that they are in a container. Docker keeps them in a layer of its own below the container's.</summary>
internal static class EnginePaths
{
    public const string Marker = ".dockerenv";

    private static readonly HashSet<string> Made = new(StringComparer.Ordinal)
    {
        "/.dockerenv", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/dev", "/dev/console", "/dev/pts", "/dev/shm", "/dev/mqueue",
        "/proc", "/sys", "/sbin/docker-init",
    };

    private static readonly string[] Parents = ["/etc", "/dev", "/sbin"];

    /// <summary>The changes that are the container's own: what <c>docker diff</c> shows.</summary>
    public static IEnumerable<SnapshotChange> WithoutOurs(IReadOnlyList<SnapshotChange> changes)
    {
        var own = changes.Where(change => change.Kind is ChangeKind.Deleted || !Made.Contains(change.Path)).ToList();
        // Our files in a directory made it look changed, or made it; it is, when something else in it is.
        foreach (string parent in Parents)
            if (!own.Exists(change => change.Path.StartsWith(parent + "/", StringComparison.Ordinal)))
                own.RemoveAll(change => change.Path == parent && change.Kind is not ChangeKind.Deleted);
        return own;
    }

    /// <summary>The other ones: what the engine made, absolute.</summary>
    public static HashSet<string> Ours(IReadOnlyList<SnapshotChange> changes)
    {
        var ours = changes.Where(change => change.Kind is not ChangeKind.Deleted).Select(change => change.Path).ToHashSet(StringComparer.Ordinal);
        ours.ExceptWith(WithoutOurs(changes).Select(change => change.Path));
        return ours;
    }
}
