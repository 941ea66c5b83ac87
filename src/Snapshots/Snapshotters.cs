namespace Sampan.Snapshots;

/// <summary>Chooses the snapshotter for a data root.</summary>
public static class Snapshotters
{
    /// <summary>Opens (makes, recovers after a crash) the snapshots below <paramref name="root"/> (absolute): overlay2 where overlayfs can
    /// stack on that file system, else native.</summary>
    /// <param name="driver">"overlay2" or "native" to insist; null to choose.</param>
    public static ISnapshotter Open(string root, string? driver = null) => throw new NotImplementedException();
}
