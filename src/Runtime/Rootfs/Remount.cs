using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Rootfs;

/// <summary>The mount option "remount": other options for what is mounted there already, by the image's mount or an earlier entry.</summary>
internal static class Remount
{
    /// <exception cref="FaultException">InvalidArgument: nothing is mounted there; LinuxException of mount_setattr(2) and fsconfig(2).</exception>
    internal static void Make(RootDirectory root, MountSpec mount, MountOptions options)
    {
        using SafeFileHandle place = root.Open(mount.Destination, OpenFlags.Path);
        if (!Files.Stat(place).IsMountRoot)
            throw new FaultException(FaultKind.InvalidArgument, $"cannot remount '{mount.Destination}': nothing is mounted there");
        if ((options.Set | options.Clear) != 0) Mounts.SetAttributes(place, options.Set, options.Clear, 0, recursive: false, mount.Destination);
        if ((options.RecursiveSet | options.RecursiveClear) != 0)
            Mounts.SetAttributes(place, options.RecursiveSet, options.RecursiveClear, 0, recursive: true, mount.Destination);
        // "remount,bind" is of this mount alone, whatever else is said. mount(8)
        if (!options.IsBind && options.FileSystem.Count > 0) Mounts.Reconfigure(place, options.FileSystem, mount.Destination);
        if (options.Propagation != 0) Mounts.SetAttributes(place, 0, 0, options.Propagation, options.IsPropagationRecursive, mount.Destination);
    }
}
