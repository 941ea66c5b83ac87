using Sampan.Linux;
using Sampan.Snapshots.Erofs;
using Sampan.Specs.Oci.Image;

namespace Sampan.Snapshots.Overlay;

/// <summary>Who stacks the directories, how it is told, and in which form the layers lie.</summary>
internal sealed record OverlayKind(string Driver, string MountType, WhiteoutForm Whiteouts, IReadOnlyList<string> Options, ILayerForm Layers)
{
    // index, redirect_dir and metacopy off: an upper directory then holds whole files under their own names, which is what a layer is made of.
    private static readonly string[] s_plain = ["index=off", "redirect_dir=off", "metacopy=off"];

    internal static OverlayKind Kernel { get; } = new("overlay2", "overlay", WhiteoutForm.Overlay, s_plain, new DirectoryLayers());

    /// <summary>The kernel's, within a user namespace.</summary>
    internal static OverlayKind KernelUserXattr { get; } = new("overlay2", "overlay", WhiteoutForm.OverlayUser, [.. s_plain, "userxattr"], new DirectoryLayers());

    /// <summary>The kernel's, over layers that are EROFS images.</summary>
    internal static OverlayKind Erofs { get; } = new("erofs", "overlay", WhiteoutForm.Overlay, s_plain, new ErofsLayers());

    internal static OverlayKind Fuse { get; } = new("fuse-overlayfs", FuseOverlay.MountType, WhiteoutForm.Overlay, [], new DirectoryLayers());
}
