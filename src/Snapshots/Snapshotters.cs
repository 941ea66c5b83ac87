using Sampan.Faults;
using Sampan.Linux;
using Sampan.Snapshots.Btrfs;
using Sampan.Snapshots.Erofs;
using Sampan.Snapshots.Native;
using Sampan.Snapshots.Overlay;

namespace Sampan.Snapshots;

/// <summary>Chooses the snapshotter for a data root.</summary>
public static class Snapshotters
{
    /// <summary>Opens (makes, recovers after a crash) the snapshots below <paramref name="root"/> (absolute): overlay2 where overlayfs can
    /// stack on that file system, else native.</summary>
    /// <param name="driver">Its name, to insist; null to choose.</param>
    /// <exception cref="FaultException">InvalidArgument: an unknown driver. NotSupported: one that cannot work there, with the reason and what to use.</exception>
    public static ISnapshotter Open(string root, string? driver = null) => driver switch
    {
        null => OverlaySupport.Find(root) is null ? new OverlaySnapshotter(root) : Native(root),
        "overlay2" or "overlayfs" => Supported(driver, root, OverlaySupport.Find(root), () => new OverlaySnapshotter(root)),
        "native" => Native(root),
        "btrfs" => Supported(driver, root, SubvolumeTrees.WhyNot(root), () => new TreeSnapshotter($"{root}/btrfs", new SubvolumeTrees())),
        "fuse-overlayfs" => Supported(driver, root, FuseOverlay.WhyNot(), () => new OverlaySnapshotter($"{root}/fuse-overlayfs", OverlayKind.Fuse)),
        "erofs" => Erofs(root),
        "vfs" => throw Refused(driver, "its full copies are what 'native' makes, which shares blocks where the file system can; use 'native'"),
        "aufs" => throw Refused(driver, "aufs never became part of Linux and Docker has dropped it; use 'overlay2'"),
        "overlay" => throw Refused(driver, "Docker has dropped this first form of it, which linked files between layers; use 'overlay2'"),
        "devicemapper" => throw Refused(driver, "Docker has dropped it, and its pools of blocks need LVM tools and an own block device; use 'overlay2', or 'btrfs' where snapshots of blocks are wanted"),
        "zfs" => throw Refused(driver, "ZFS is no part of Linux; use 'overlay2', which works on ZFS from OpenZFS 2.2 on, else 'native'"),
        _ => throw new FaultException(FaultKind.InvalidArgument, $"unknown storage driver '{driver}': expected {Names}"),
    };

    /// <summary>The drivers there are, for messages and help.</summary>
    public const string Names = "overlay2, native, btrfs, erofs or fuse-overlayfs";

    private static TreeSnapshotter Native(string root) => new($"{root}/native", new CopiedTrees());

    private static ISnapshotter Erofs(string root)
    {
        string? overlay = OverlaySupport.Find(root);
        return Supported("erofs", root, overlay ?? ErofsSupport.WhyNot(root), () => new OverlaySnapshotter($"{root}/erofs", OverlayKind.Erofs), instead: overlay is null ? "overlay2" : "native");
    }

    private static ISnapshotter Supported(string driver, string root, string? why, Func<ISnapshotter> open, string instead = "native") => why is null ? open()
        : throw new FaultException(FaultKind.NotSupported, $"cannot use storage driver '{driver}' on '{root}': {why}; use the driver '{instead}' or another file system");

    private static FaultException Refused(string driver, string why) => new(FaultKind.NotSupported, $"storage driver '{driver}' is not supported: {why}");
}
