using System.Text;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Runtime.Rootfs;

/// <summary>With no-pivot the host's tree stays below the new root. A container that may mount in a user namespace of its own could then mount
/// procfs and sysfs without our masks, since the kernel would find an unmasked one in the namespace (mount_too_revealing()). So they go.</summary>
internal static class HostViews
{
    /// <param name="root">Where the new root lies: what is mounted there is the container's.</param>
    internal static void Remove(string root)
    {
        string[] lines = Encoding.UTF8.GetString(Files.ReadAll("/proc/thread-self/mountinfo")).Split('\n');
        // The deepest first: /proc itself hides those below it.
        for (int i = lines.Length - 1; i >= 0; i--)
            if (Place(lines[i]) is { } place && place != root && !place.StartsWith(root + "/", StringComparison.Ordinal)) Hide(place);
    }

    private static void Hide(string place)
    {
        if (Libc.umount2(place, UnmountFlags.Detach) == 0) return;
        // Locked to what it lies in, or gone with another: an empty file system on top hides it as well.
        if (LinuxException.LastError != Errno.ENOENT) Mounts.Mount("tmpfs", place, "tmpfs", MountFlags.None, "size=0,nr_inodes=1");
    }

    // 36 35 98:0 /root /mnt\040point rw,noatime master:1 - proc proc rw     proc_pid_mountinfo(5)
    private static string? Place(string line)
    {
        int separator = line.IndexOf(" - ", StringComparison.Ordinal);
        if (separator < 0) return null;
        string type = line[(separator + 3)..].Split(' ')[0];
        return type is "proc" or "sysfs" ? line.Split(' ')[4].Replace("\\040", " ").Replace("\\011", "\t").Replace("\\012", "\n").Replace("\\134", "\\") : null;
    }
}
