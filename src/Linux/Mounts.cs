using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>Mounts, by the mount API (detached trees held by descriptors) and by mount(2).</summary>
public static unsafe class Mounts
{
    private const uint FSOPEN_CLOEXEC = 1, FSMOUNT_CLOEXEC = 1, OPEN_TREE_CLONE = 1, OPEN_TREE_CLOEXEC = 0x80000;
    private const uint MOVE_MOUNT_F_EMPTY_PATH = 4, MOVE_MOUNT_T_EMPTY_PATH = 0x40;
    private const int FSCONFIG_SET_FLAG = 0, FSCONFIG_SET_STRING = 1, FSCONFIG_CMD_CREATE = 6, FSCONFIG_CMD_RECONFIGURE = 7;

    /// <summary>A new instance of a file system, mounted nowhere yet; it goes away with its last descriptor unless attached.</summary>
    /// <param name="options">File-system options: "key=value" or "key". Generic ones (ro, nosuid) belong in <paramref name="attributes"/>.</param>
    /// <exception cref="LinuxException">fsopen(2), fsconfig(2), fsmount(2); the message has the kernel's own words when it gave some.</exception>
    public static SafeFileHandle Create(string type, string? source, IReadOnlyList<string> options, MountAttribute attributes = 0)
    {
        using SafeFileHandle handle = OpenContext(type);
        if (source is not null) Configure(handle, type, FSCONFIG_SET_STRING, "source", source);
        Configure(handle, type, options);
        Configure(handle, type, FSCONFIG_CMD_CREATE, null, null);
        return Make(handle, type, attributes);
    }

    /// <summary>Mounts, nowhere yet, what a file system context has made, whoever made it.</summary>
    /// <exception cref="LinuxException">fsmount(2).</exception>
    public static SafeFileHandle Make(SafeFileHandle context, string type, MountAttribute attributes)
    {
        nint mount = Libc.syscall(SyscallNumber.fsmount, context.Fd(), (nint)FSMOUNT_CLOEXEC, (nint)attributes);
        if (mount < 0) throw Failure(context, "fsmount", $"cannot mount a '{type}' file system");
        return new SafeFileHandle(mount, ownsHandle: true);
    }

    /// <summary>A detached copy of the mount (tree) at an open place: what a bind mount attaches.</summary>
    /// <exception cref="LinuxException">open_tree(2).</exception>
    public static SafeFileHandle Clone(SafeFileHandle place, bool recursive, string what)
    {
        uint flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | Libc.AT_EMPTY_PATH | (recursive ? (uint)Libc.AT_RECURSIVE : 0);
        using Utf8Text empty = new("");
        nint fd = Libc.syscall(SyscallNumber.open_tree, place.Fd(), (nint)empty.Pointer, (nint)flags);
        if (fd < 0) throw LinuxException.FromLastError("open_tree", $"cannot bind '{what}'");
        return new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>The same of a path, which must not lead through anything a container can change.</summary>
    /// <exception cref="LinuxException">open_tree(2).</exception>
    public static SafeFileHandle Clone(string path, bool recursive)
    {
        uint flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? (uint)Libc.AT_RECURSIVE : 0);
        using Utf8Text text = new(path);
        nint fd = Libc.syscall(SyscallNumber.open_tree, Libc.AT_FDCWD, (nint)text.Pointer, (nint)flags);
        if (fd < 0) throw LinuxException.FromLastError("open_tree", $"cannot bind '{path}'");
        return new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>Mounts a detached tree on an entry of an open directory, which must not be a link that a container could have made.</summary>
    /// <exception cref="LinuxException">move_mount(2).</exception>
    public static void Attach(SafeFileHandle mount, SafeFileHandle directory, string name, string what)
    {
        using Utf8Text empty = new(""), entry = new(name);
        if (Libc.syscall(SyscallNumber.move_mount, mount.Fd(), (nint)empty.Pointer, directory.Fd(), (nint)entry.Pointer, (nint)MOVE_MOUNT_F_EMPTY_PATH) < 0)
            throw LinuxException.FromLastError("move_mount", $"cannot mount on '{what}'");
    }

    /// <summary>Mounts a detached tree on an open place.</summary>
    /// <exception cref="LinuxException">move_mount(2).</exception>
    public static void Attach(SafeFileHandle mount, SafeFileHandle place, string what)
    {
        using Utf8Text empty = new("");
        if (Libc.syscall(SyscallNumber.move_mount, mount.Fd(), (nint)empty.Pointer, place.Fd(), (nint)empty.Pointer,
                (nint)(MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH)) < 0)
            throw LinuxException.FromLastError("move_mount", $"cannot mount on '{what}'");
    }

    /// <summary>Changes attributes and propagation of the mount at an open place.</summary>
    /// <param name="propagation">One of Private, Slave, Shared, Unbindable, or none to leave it.</param>
    /// <exception cref="LinuxException">mount_setattr(2).</exception>
    public static void SetAttributes(SafeFileHandle mount, MountAttribute set, MountAttribute clear, MountFlags propagation, bool recursive, string what)
    {
        MountAttributes attributes = new() { Set = (ulong)set, Clear = (ulong)clear, Propagation = (ulong)propagation };
        SetAttributes(mount, &attributes, recursive, what);
    }

    /// <summary>What is set of a mount.</summary>
    /// <exception cref="LinuxException">fstatfs(2).</exception>
    public static MountAttribute Attributes(SafeFileHandle mount, string what)
    {
        const int FlagsIndex = 10;   // struct statfs on 64-bit systems: f_flags is its eleventh word
        const long ST_RDONLY = 1, ST_NOSUID = 2, ST_NODEV = 4, ST_NOEXEC = 8, ST_NOATIME = 0x400, ST_NODIRATIME = 0x800, ST_RELATIME = 0x1000, ST_NOSYMFOLLOW = 0x2000;
        long* statfs = stackalloc long[16];
        if (Libc.fstatfs(mount.Fd(), statfs) < 0) throw LinuxException.FromLastError("fstatfs", $"cannot look at the mount '{what}'");
        long flags = statfs[FlagsIndex];
        return ((flags & ST_RDONLY) != 0 ? MountAttribute.ReadOnly : 0) | ((flags & ST_NOSUID) != 0 ? MountAttribute.NoSuid : 0)
            | ((flags & ST_NODEV) != 0 ? MountAttribute.NoDev : 0) | ((flags & ST_NOEXEC) != 0 ? MountAttribute.NoExec : 0)
            | ((flags & ST_NODIRATIME) != 0 ? MountAttribute.NoDirAtime : 0) | ((flags & ST_NOSYMFOLLOW) != 0 ? MountAttribute.NoSymFollow : 0)
            | ((flags & ST_NOATIME) != 0 ? MountAttribute.NoAtime : (flags & ST_RELATIME) == 0 ? MountAttribute.StrictAtime : 0);
    }

    /// <summary>Shows the files of a detached mount with owners mapped as <paramref name="userNamespace"/> maps ids.</summary>
    /// <exception cref="LinuxException">mount_setattr(2): EINVAL when the file system cannot.</exception>
    public static void SetIdMap(SafeFileHandle mount, SafeFileHandle userNamespace, bool recursive, string what)
    {
        MountAttributes attributes = new() { Set = (ulong)MountAttribute.IdMap, UserNamespaceFd = (ulong)userNamespace.Fd() };
        SetAttributes(mount, &attributes, recursive, what);
    }

    /// <summary>Other file-system options for what is mounted at an open place.</summary>
    /// <exception cref="LinuxException">fspick(2), fsconfig(2).</exception>
    public static void Reconfigure(SafeFileHandle mount, IReadOnlyList<string> options, string what)
    {
        const int FSPICK_CLOEXEC = 1, FSPICK_EMPTY_PATH = 8;
        using Utf8Text empty = new("");
        nint context = Libc.syscall(SyscallNumber.fspick, mount.Fd(), (nint)empty.Pointer, FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);
        if (context < 0) throw LinuxException.FromLastError("fspick", $"cannot remount '{what}'");
        using SafeFileHandle handle = new(context, ownsHandle: true);
        Configure(handle, what, options);
        Configure(handle, what, FSCONFIG_CMD_RECONFIGURE, null, null);
    }

    /// <summary>mount(2), for what the mount API does not cover.</summary>
    /// <exception cref="LinuxException">mount(2).</exception>
    public static void Mount(string? source, string target, string? type, MountFlags flags, string? data = null)
    {
        if (Libc.mount(source, target, type, flags, data) < 0)
            throw LinuxException.FromLastError("mount", $"cannot mount '{source ?? type}' on '{target}'");
    }

    /// <exception cref="LinuxException">umount(2): EBUSY, EINVAL when nothing is mounted there.</exception>
    public static void Unmount(string target, UnmountFlags flags = UnmountFlags.None)
    {
        if (Libc.umount2(target, flags) < 0) throw LinuxException.FromLastError("umount2", $"cannot unmount '{target}'");
    }

    private static void SetAttributes(SafeFileHandle mount, MountAttributes* attributes, bool recursive, string what)
    {
        using Utf8Text empty = new("");
        nint flags = Libc.AT_EMPTY_PATH | (recursive ? Libc.AT_RECURSIVE : 0);
        if (Libc.syscall(SyscallNumber.mount_setattr, mount.Fd(), (nint)empty.Pointer, flags, (nint)attributes, sizeof(MountAttributes)) < 0)
            throw LinuxException.FromLastError("mount_setattr", $"cannot change the mount '{what}'");
    }

    private static void Configure(SafeFileHandle context, string type, IReadOnlyList<string> options)
    {
        foreach (string option in options)
        {
            int equals = option.IndexOf('=');
            if (equals < 0) Configure(context, type, FSCONFIG_SET_FLAG, option, null);
            else Configure(context, type, FSCONFIG_SET_STRING, option[..equals], option[(equals + 1)..]);
        }
    }

    /// <exception cref="LinuxException">fsopen(2): ENODEV when the kernel has no such file system.</exception>
    internal static SafeFileHandle OpenContext(string type)
    {
        using Utf8Text typeText = new(type);
        nint context = Libc.syscall(SyscallNumber.fsopen, (nint)typeText.Pointer, (nint)FSOPEN_CLOEXEC);
        return context >= 0 ? new SafeFileHandle(context, ownsHandle: true) : throw LinuxException.FromLastError("fsopen", $"cannot mount a '{type}' file system");
    }

    /// <returns>What the kernel says of one option.</returns>
    internal static Errno TryConfigure(SafeFileHandle context, string key, string value)
    {
        using Utf8Text keyText = new(key), valueText = new(value);
        return Libc.syscall(SyscallNumber.fsconfig, context.Fd(), FSCONFIG_SET_STRING, (nint)keyText.Pointer, (nint)valueText.Pointer) < 0 ? LinuxException.LastError : Errno.None;
    }

    private static void Configure(SafeFileHandle context, string type, int command, string? key, string? value)
    {
        using Utf8Text keyText = new(key), valueText = new(value);
        if (Libc.syscall(SyscallNumber.fsconfig, context.Fd(), command, (nint)keyText.Pointer, (nint)valueText.Pointer) < 0)
            throw Failure(context, "fsconfig", key is null ? $"cannot mount a '{type}' file system"
                : $"cannot mount a '{type}' file system with option '{(value is null ? key : $"{key}={value}")}'");
    }

    // The kernel leaves sentences such as "e overlay: Unknown parameter 'x'" to be read from the context's descriptor. fsopen(2)
    private static LinuxException Failure(SafeFileHandle context, string syscall, string what)
    {
        Errno errno = LinuxException.LastError;
        byte* message = stackalloc byte[512];
        nint length = Libc.read(context.Fd(), message, 512);
        string said = length > 2 ? $" ({System.Text.Encoding.UTF8.GetString(message + 2, (int)length - 2).TrimEnd()})" : "";
        return new LinuxException(errno, syscall, what + said);
    }
}
