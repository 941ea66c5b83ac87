using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>Subvolumes of btrfs, by ioctl. btrfs-ioctl(2), linux/btrfs.h.</summary>
public static unsafe class BtrfsSubvolume
{
    private const long SuperMagic = 0x9123683E;
    // struct btrfs_ioctl_vol_args: a descriptor, then the name with its zero.
    private const int ArgumentBytes = 4096, NameOffset = 8, MaxNameBytes = 255;
    private const nuint BTRFS_IOC_SNAP_CREATE = 0x50009401, BTRFS_IOC_SUBVOL_CREATE = 0x5000940E, BTRFS_IOC_SNAP_DESTROY = 0x5000940F;

    public static bool IsBtrfs(SafeFileHandle directory)
    {
        // struct statfs is 120 bytes on 64-bit systems, and f_type comes first.
        long* statfs = stackalloc long[16];
        return Libc.fstatfs(directory.Fd(), statfs) == 0 && statfs[0] == SuperMagic;
    }

    /// <summary>An empty subvolume.</summary>
    /// <exception cref="LinuxException">ioctl(2).</exception>
    public static void Create(SafeFileHandle folder, string name)
    {
        if (Call(folder, BTRFS_IOC_SUBVOL_CREATE, 0, name) < 0) throw LinuxException.FromLastError("ioctl", $"cannot make btrfs subvolume '{name}'");
    }

    /// <summary>A writable snapshot of <paramref name="source"/>.</summary>
    /// <exception cref="LinuxException">ioctl(2): EINVAL when the source is no subvolume.</exception>
    public static void Snapshot(SafeFileHandle source, SafeFileHandle folder, string name)
    {
        if (Call(folder, BTRFS_IOC_SNAP_CREATE, source.Fd(), name) < 0) throw LinuxException.FromLastError("ioctl", $"cannot make btrfs snapshot '{name}'");
    }

    /// <summary>Removes a subvolume with its files.</summary>
    /// <returns>False, with errno in <see cref="LinuxException.LastError"/>, when it is none, is not there, or has subvolumes in it.</returns>
    public static bool TryDestroy(SafeFileHandle folder, string name) => Call(folder, BTRFS_IOC_SNAP_DESTROY, 0, name) == 0;

    private static int Call(SafeFileHandle folder, nuint request, int fd, string name)
    {
        byte* arguments = stackalloc byte[ArgumentBytes];
        new Span<byte>(arguments, ArgumentBytes).Clear();
        *(long*)arguments = fd;
        Encoding.UTF8.GetBytes(name, new Span<byte>(arguments + NameOffset, MaxNameBytes));
        return Libc.ioctl(folder.Fd(), request, arguments);
    }
}
