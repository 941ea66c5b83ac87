using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Runtime.Rootfs;

/// <summary>The attributes of a bind mount, as mount(2) sets them with MS_REMOUNT and MS_BIND and so runc does: one that speaks of any has
/// those that it names and no others; one that speaks of none keeps its source's.</summary>
internal static class BindAttributes
{
    private const MountAttribute Switches = MountAttribute.ReadOnly | MountAttribute.NoSuid | MountAttribute.NoDev | MountAttribute.NoExec | MountAttribute.NoSymFollow;
    private const MountAttribute Lockable = Switches & ~MountAttribute.NoSymFollow;   // mount_namespaces(7): the others the kernel lets anybody take off
    private const MountAttribute AccessTime = MountAttribute.AtimeMask | MountAttribute.NoDirAtime;

    /// <exception cref="LinuxException">EPERM: takes back what the host has set and a user namespace may not. mount_namespaces(7)</exception>
    internal static void Set(SafeFileHandle bind, MountOptions wishes, string source)
    {
        MountAttribute all = Switches | (wishes.NamesAtime ? AccessTime : 0), set = wishes.Set & all;
        try
        {
            Mounts.SetAttributes(bind, set, all & ~(set & ~MountAttribute.AtimeMask), 0, recursive: false, source);
        }
        catch (LinuxException e) when (e.Errno == Errno.EPERM)
        {
            // What is locked and was not spoken of stays as it is.
            MountAttribute locked = Mounts.Attributes(bind, source);
            bool takesBack = (wishes.Clear & locked & Lockable) != 0, changesAtime = wishes.NamesAtime && (set & AccessTime) != (locked & AccessTime);
            if (takesBack || changesAtime) throw;
            set |= locked & Lockable;
            Mounts.SetAttributes(bind, set & Switches, Switches & ~set, 0, recursive: false, source);
        }
    }
}
