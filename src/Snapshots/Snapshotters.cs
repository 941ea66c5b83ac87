using Sampan.Faults;
using Sampan.Snapshots.Native;
using Sampan.Snapshots.Overlay;

namespace Sampan.Snapshots;

/// <summary>Chooses the snapshotter for a data root.</summary>
public static class Snapshotters
{
    /// <summary>Opens (makes, recovers after a crash) the snapshots below <paramref name="root"/> (absolute): overlay2 where overlayfs can
    /// stack on that file system, else native.</summary>
    /// <param name="driver">"overlay2" or "native" to insist; null to choose.</param>
    /// <exception cref="FaultException">InvalidArgument: an unknown driver. NotSupported: overlay2 on a file system that cannot carry it.</exception>
    public static ISnapshotter Open(string root, string? driver = null) => driver switch
    {
        null => OverlaySupport.Find(root) is null ? new OverlaySnapshotter(root) : new NativeSnapshotter($"{root}/native"),
        "overlay2" => OverlaySupport.Find(root) is { } why
            ? throw new FaultException(FaultKind.NotSupported, $"cannot use storage driver 'overlay2' on '{root}': {why}; use the driver 'native' or another file system")
            : new OverlaySnapshotter(root),
        "native" => new NativeSnapshotter($"{root}/native"),
        _ => throw new FaultException(FaultKind.InvalidArgument, $"unknown storage driver '{driver}': expected overlay2 or native"),
    };
}
