using Sampan.Snapshots.Overlay;

namespace Sampan.Snapshots.Tests;

/// <summary>Needs /dev/fuse and Debian's package fuse-overlayfs, which eng/install brings.</summary>
public sealed class FuseOverlaySnapshotterTests : SnapshotterContract
{
    private protected override ISnapshotter Create(string root) => new OverlaySnapshotter(root, OverlayKind.Fuse);
}
