using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>Mounts EROFS images: from their file where the kernel can (Linux 6.12), else through a loop device.</summary>
public static class ErofsMount
{
    private const string Type = "erofs";
    // Of the file system itself, not only of the mount: else a device is opened to be written, which a read-only one refuses (EACCES).
    private static readonly string[] s_readOnly = ["ro"];
    private const MountAttribute Attributes = MountAttribute.ReadOnly | MountAttribute.NoSuid | MountAttribute.NoDev;

    /// <param name="image">Absolute path.</param>
    /// <returns>Mounted nowhere yet. It forbids set-id programs and devices; an overlay on top of it has its own say.</returns>
    /// <exception cref="LinuxException">ENODEV: a kernel without EROFS. EINVAL, EUCLEAN: no image, or a damaged one. ENOENT, EACCES: no loop devices where they are needed.</exception>
    public static SafeFileHandle Create(string image)
    {
        try
        {
            return Mounts.Create(Type, image, s_readOnly, Attributes);
        }
        catch (LinuxException e) when (e.Errno == Errno.ENOTBLK)
        {
            (SafeFileHandle device, string path) = LoopDevice.Attach(image);
            using (device) return Mounts.Create(Type, path, s_readOnly, Attributes);
        }
    }
}
