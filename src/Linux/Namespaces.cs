using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>namespaces(7), CLONE_NEW*.</summary>
[Flags]
public enum NamespaceKinds : uint
{
    None = 0,
    Time = 0x00000080,
    Mount = 0x00020000,
    Cgroup = 0x02000000,
    Uts = 0x04000000,
    Ipc = 0x08000000,
    User = 0x10000000,
    Pid = 0x20000000,
    Network = 0x40000000,
}

/// <summary>Enters and makes namespaces for the calling thread.</summary>
public static class Namespaces
{
    private static readonly NamespaceKinds[] s_all = [NamespaceKinds.Time, NamespaceKinds.Mount, NamespaceKinds.Cgroup, NamespaceKinds.Uts, NamespaceKinds.Ipc,
        NamespaceKinds.User, NamespaceKinds.Pid, NamespaceKinds.Network];

    /// <param name="handle">A namespace file, or a pidfd (then all <paramref name="kinds"/> of that process at once).</param>
    /// <exception cref="LinuxException">setns(2).</exception>
    public static void Enter(SafeFileHandle handle, NamespaceKinds kinds, string what)
    {
        if (Libc.setns(handle.Fd(), (int)kinds) < 0) throw LinuxException.FromLastError("setns", $"cannot enter namespace '{what}'");
    }

    /// <exception cref="LinuxException">unshare(2).</exception>
    public static void Unshare(NamespaceKinds kinds)
    {
        if (Libc.unshare((int)kinds) < 0) throw LinuxException.FromLastError("unshare", $"cannot make namespaces ({FileNames(kinds)})");
    }

    /// <summary>This thread's namespace of one kind, held by a descriptor.</summary>
    /// <exception cref="LinuxException">open(2).</exception>
    public static SafeFileHandle Current(NamespaceKinds kind)
        => Files.Open($"/proc/thread-self/ns/{FileName(kind)}", OpenFlags.ReadOnly);

    /// <summary>Whether this process is in a user namespace that maps only some ids of the machine.</summary>
    public static bool InUserNamespace => !System.Text.Encoding.ASCII.GetString(Files.ReadAll("/proc/self/uid_map")).Contains("4294967295", StringComparison.Ordinal);

    /// <summary>The kinds in which a process is elsewhere than this one.</summary>
    public static NamespaceKinds DifferentFromOurs(int pid)
    {
        NamespaceKinds different = 0;
        foreach (NamespaceKinds kind in s_all)
        {
            string name = FileName(kind);
            Statx theirs = Files.Stat(null, $"/proc/{pid}/ns/{name}", followLinks: true), ours = Files.Stat(null, $"/proc/thread-self/ns/{name}", followLinks: true);
            if (theirs.Inode != ours.Inode) different |= kind;
        }
        return different;
    }

    /// <summary>The user namespace that a namespace belongs to. ioctl_ns(2).</summary>
    /// <returns>Null when it is not below ours.</returns>
    public static unsafe SafeFileHandle? Owner(SafeFileHandle handle)
    {
        const uint NS_GET_USERNS = 0xB701;
        int fd = Libc.ioctl(handle.Fd(), NS_GET_USERNS, null);
        return fd < 0 ? null : new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>"mnt, pid": for messages.</summary>
    public static string FileNames(NamespaceKinds kinds)
    {
        List<string> names = [];
        foreach (NamespaceKinds kind in s_all)
            if ((kinds & kind) != 0) names.Add(FileName(kind));
        return string.Join(", ", names);
    }

    /// <summary>The name under <c>/proc/PID/ns</c>.</summary>
    public static string FileName(NamespaceKinds kind) => kind switch
    {
        NamespaceKinds.Time => "time",
        NamespaceKinds.Mount => "mnt",
        NamespaceKinds.Cgroup => "cgroup",
        NamespaceKinds.Uts => "uts",
        NamespaceKinds.Ipc => "ipc",
        NamespaceKinds.User => "user",
        NamespaceKinds.Pid => "pid",
        NamespaceKinds.Network => "net",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "one kind at a time"),
    };
}
