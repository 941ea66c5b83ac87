namespace Sampan.Specs.Oci.Image;

/// <summary>How the whiteouts of a layer (image-spec v1.1, layer.md § Whiteouts) look in a directory on disk.</summary>
public enum WhiteoutForm
{
    /// <summary>overlayfs as root: a 0/0 character device, and the xattr trusted.overlay.opaque=y on a directory.</summary>
    Overlay,
    /// <summary>overlayfs mounted with userxattr (rootless): a 0/0 character device and user.overlay.opaque=y.</summary>
    OverlayUser,
    /// <summary>None stored: the directory holds the parent's files too, and a whiteout deletes them.</summary>
    Delete,
}
