using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Rootfs;

/// <summary>Device files: the six that every container has and those of linux.devices. config-linux.md § Default devices.</summary>
/// <param name="bindOnly">mknod is refused in a user namespace: then the host's are bound.</param>
internal sealed class DeviceNodes(RootDirectory root, bool bindOnly) : IDisposable
{
    private const string Folder = "/dev";
    private static readonly DeviceSpec[] Defaults =
    [
        new() { Path = "/dev/null", Type = "c", Major = 1, Minor = 3, FileMode = Everybody },
        new() { Path = "/dev/random", Type = "c", Major = 1, Minor = 8, FileMode = Everybody },
        new() { Path = "/dev/full", Type = "c", Major = 1, Minor = 7, FileMode = Everybody },
        new() { Path = "/dev/tty", Type = "c", Major = 5, Minor = 0, FileMode = Everybody },
        new() { Path = "/dev/zero", Type = "c", Major = 1, Minor = 5, FileMode = Everybody },
        new() { Path = "/dev/urandom", Type = "c", Major = 1, Minor = 9, FileMode = Everybody },
    ];

    private const uint Everybody = 0x1B6;   // 0666
    private readonly SafeFileHandle _dev = root.MakeDirectory(Folder);

    public void Dispose() => _dev.Dispose();

    /// <summary>Where a container with these has devices.</summary>
    internal static List<string> Paths(IReadOnlyList<DeviceSpec> devices)
    {
        List<string> paths = [];
        foreach (DeviceSpec device in Defaults) paths.Add(device.Path);
        foreach (DeviceSpec device in devices)
            if (!paths.Contains(device.Path)) paths.Add(device.Path);
        return paths;
    }

    /// <exception cref="FaultException">InvalidArgument: no such type; LinuxException of mknod(2).</exception>
    internal void Make(IReadOnlyList<DeviceSpec> devices)
    {
        HashSet<string> given = [];
        foreach (DeviceSpec device in devices) given.Add(device.Path);
        foreach (DeviceSpec device in Defaults)
            if (!given.Contains(device.Path)) Make(device);
        foreach (DeviceSpec device in devices)
            if (device.Path is not ("/dev/ptmx" or "/dev/console")) Make(device);   // those two are made of the container's devpts
    }

    /// <summary>The links that programs expect.</summary>
    internal void Link()
    {
        Link("/proc/self/fd", "fd");
        Link("/proc/self/fd/0", "stdin");
        Link("/proc/self/fd/1", "stdout");
        Link("/proc/self/fd/2", "stderr");
        using (SafeFileHandle? core = root.Find("/proc/kcore"))
            if (core is not null) Link("/proc/kcore", "core");
        Libc.unlinkat(_dev.Fd(), "ptmx", 0);
        Link("pts/ptmx", "ptmx");
    }

    private void Link(string target, string name)
    {
        if (Libc.symlinkat(target, _dev.Fd(), name) < 0 && LinuxException.LastError != Errno.EEXIST)
            throw LinuxException.FromLastError("symlink", $"cannot link '/dev/{name}'");
    }

    private void Make(DeviceSpec device)
    {
        FileKind kind = device.Type switch
        {
            "c" or "u" => FileKind.CharacterDevice,
            "b" => FileKind.BlockDevice,
            "p" => FileKind.Fifo,
            _ => throw new FaultException(FaultKind.InvalidArgument, $"unknown type '{device.Type}' of device '{device.Path}': expected c, b, u or p"),
        };
        string path = device.Path.TrimEnd('/');
        int slash = path.LastIndexOf('/');
        if (slash < 0) throw new FaultException(FaultKind.InvalidArgument, $"path '{device.Path}' of a device is not absolute");
        if (bindOnly && kind != FileKind.Fifo)
        {
            Bind(device);
            return;
        }
        string name = path[(slash + 1)..];
        using SafeFileHandle? elsewhere = slash == Folder.Length && path.StartsWith(Folder, StringComparison.Ordinal) ? null : root.MakeDirectory(path[..slash]);
        SafeFileHandle parent = elsewhere ?? _dev;
        uint major = (uint)(device.Major ?? 0), minor = (uint)(device.Minor ?? 0);
        if (Libc.mknodat(parent.Fd(), name, (uint)kind | (device.FileMode ?? Everybody), DeviceNumber(major, minor)) < 0)
        {
            Errno errno = LinuxException.LastError;
            if (errno == Errno.EEXIST && Files.Stat(parent, name) is var there && there.Kind == kind && there.RdevMajor == major && there.RdevMinor == minor) return;
            if (errno == Errno.EPERM)
            {
                Bind(device);
                return;
            }
            throw new LinuxException(errno, "mknod", $"cannot make device '{device.Path}'");
        }
        // What was just made by that name: the umask took bits away.
        if (Libc.fchmodat(parent.Fd(), name, device.FileMode ?? Everybody, 0) < 0
            || Libc.fchownat(parent.Fd(), name, device.Uid ?? 0, device.Gid ?? 0, Libc.AT_SYMLINK_NOFOLLOW) < 0)
            throw LinuxException.FromLastError("fchownat", $"cannot set the owner of device '{device.Path}'");
    }

    private void Bind(DeviceSpec device)
    {
        using SafeFileHandle source = Files.Open(device.Path, OpenFlags.Path);
        using SafeFileHandle place = root.MakeFile(device.Path);
        using SafeFileHandle bind = Mounts.Clone(source, recursive: false, device.Path);
        Mounts.Attach(bind, place, device.Path);
    }

    // makedev(3)
    private static ulong DeviceNumber(uint major, uint minor)
        => ((ulong)(major & 0xfffff000) << 32) | ((major & 0xfffu) << 8) | ((ulong)(minor & 0xffffff00) << 12) | (minor & 0xffu);
}
