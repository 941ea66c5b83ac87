using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>A directory that is "/" for every path resolved under it: a rootfs. No symbolic link, no ".." and no /proc link
/// in it leads outside, whoever wrote them and whoever changes them meanwhile: the kernel resolves (openat2(2), RESOLVE_IN_ROOT).</summary>
public sealed unsafe class RootDirectory : IDisposable
{
    private const int MaximumLinks = 40;   // path_resolution(7)
    private const int RaceRetries = 128;   // openat2(2): EAGAIN when a ".." races with a rename anywhere on the system
    private const ResolveFlags InRoot = ResolveFlags.InRoot | ResolveFlags.NoMagicLinks;

    /// <param name="handle">An open directory; owned from here on.</param>
    /// <param name="name">What messages call it.</param>
    public RootDirectory(SafeFileHandle handle, string name) => (Handle, Name) = (handle, name);

    public SafeFileHandle Handle { get; }

    public string Name { get; }

    /// <exception cref="LinuxException">open(2): ENOENT, ENOTDIR.</exception>
    public static RootDirectory Open(string path) => new(Files.Open(path, OpenFlags.Path | OpenFlags.Directory), path);

    public void Dispose() => Handle.Dispose();

    /// <exception cref="LinuxException">openat2(2).</exception>
    public SafeFileHandle Open(string path, OpenFlags flags, uint mode = 0)
        => TryOpen(path, flags, mode, out Errno errno) ?? throw new LinuxException(errno, "openat2", $"cannot open '{path}' in '{Name}'");

    /// <returns>Null with the reason in <paramref name="errno"/>.</returns>
    public SafeFileHandle? TryOpen(string path, OpenFlags flags, uint mode, out Errno errno, ResolveFlags alsoResolve = ResolveFlags.None)
        => TryResolve(path, flags, mode, InRoot | alsoResolve, out errno);

    /// <summary>Opens what exists where an absolute link or a ".." that would leave the directory is refused, not led back into it.</summary>
    /// <returns>Null with the reason in <paramref name="errno"/>; EXDEV: the path leads outside.</returns>
    public SafeFileHandle? TryOpenBeneath(string path, OpenFlags flags, out Errno errno)
        => TryResolve(path, flags, 0, ResolveFlags.Beneath | ResolveFlags.NoMagicLinks, out errno);

    private SafeFileHandle? TryResolve(string path, OpenFlags flags, uint mode, ResolveFlags resolve, out Errno errno)
    {
        // Mode must be 0 unless a file may be made, or the kernel answers EINVAL.
        OpenHow how = new()
        {
            Flags = (ulong)(uint)(flags | OpenFlags.CloseOnExec),
            Mode = (flags & OpenFlags.Create) != 0 ? mode : 0,
            Resolve = (ulong)resolve,
        };
        for (int attempt = 0; ; attempt++)
        {
            nint fd = OpenAt2(Handle.Fd(), path, &how);
            errno = fd < 0 ? LinuxException.LastError : Errno.None;
            if (fd >= 0) return new SafeFileHandle(fd, ownsHandle: true);
            if (errno is not (Errno.EAGAIN or Errno.EINTR) || attempt == RaceRetries) return null;
        }
    }

    /// <summary>A place in the tree (O_PATH), the last symbolic link followed; null when nothing is there.</summary>
    /// <exception cref="LinuxException">openat2(2), other than ENOENT and ENOTDIR.</exception>
    public SafeFileHandle? Find(string path)
    {
        SafeFileHandle? found = TryOpen(path, OpenFlags.Path, 0, out Errno errno);
        if (found is null && errno is not (Errno.ENOENT or Errno.ENOTDIR))
            throw new LinuxException(errno, "openat2", $"cannot look up '{path}' in '{Name}'");
        return found;
    }

    /// <summary>The directory at <paramref name="path"/>, made with all its parents when absent.
    /// A dangling symbolic link on the way has its target made, within the root.</summary>
    /// <exception cref="LinuxException">openat2(2), mkdir(2).</exception>
    public SafeFileHandle MakeDirectory(string path, uint mode = 0x1ED /* 0755 */) => MakeDirectory(path, mode, MaximumLinks);

    /// <summary>The file at <paramref name="path"/> (O_PATH), made empty with all its parents when absent.</summary>
    /// <exception cref="LinuxException">openat2(2), mkdir(2).</exception>
    public SafeFileHandle MakeFile(string path, uint mode = 0x1ED /* 0755 */)
    {
        for (int links = MaximumLinks; ; links--)
        {
            if (Find(path) is { } existing) return existing;
            (string parentPath, string name) = Split(path);
            using SafeFileHandle parent = MakeDirectory(parentPath, 0x1ED, links);
            const OpenFlags Fresh = OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow;
            SafeFileHandle? made = Files.TryOpenAt(parent, name, Fresh, mode, out Errno errno);
            if (made is not null) return made;
            if (errno != Errno.EEXIST || links == 0) throw new LinuxException(errno, "openat", $"cannot make '{path}' in '{Name}'");
            path = DanglingTarget(parent, parentPath, name);
        }
    }

    private SafeFileHandle MakeDirectory(string path, uint mode, int links)
    {
        SafeFileHandle? existing = TryOpen(path.Length == 0 ? "/" : path, OpenFlags.Path | OpenFlags.Directory, 0, out Errno errno);
        if (existing is not null) return existing;
        if (errno != Errno.ENOENT || links == 0) throw new LinuxException(errno, "openat2", $"cannot open directory '{path}' in '{Name}'");
        (string parentPath, string name) = Split(path);
        if (name is "" or "." or "..") throw new LinuxException(Errno.ENOENT, "openat2", $"cannot open directory '{path}' in '{Name}'");
        using SafeFileHandle parent = MakeDirectory(parentPath, mode, links);
        if (Libc.mkdirat(parent.Fd(), name, mode) == 0 || LinuxException.LastError == Errno.EEXIST)
        {
            // NoFollow: what is opened is the directory just made, or the link that somebody left there.
            SafeFileHandle? made = Files.TryOpenAt(parent, name, OpenFlags.Path | OpenFlags.Directory | OpenFlags.NoFollow, 0, out errno);
            if (made is not null) return made;
            if (errno is Errno.ENOTDIR or Errno.ELOOP) return MakeDirectory(DanglingTarget(parent, parentPath, name), mode, links - 1);
            throw new LinuxException(errno, "openat", $"cannot open directory '{path}' in '{Name}'");
        }
        throw LinuxException.FromLastError("mkdir", $"cannot make directory '{path}' in '{Name}'");
    }

    /// <summary>Where a link that leads nowhere (yet) points, as a path in this root.</summary>
    private string DanglingTarget(SafeFileHandle parent, string parentPath, string name)
    {
        byte* target = stackalloc byte[4096];
        nint length = Libc.readlinkat(parent.Fd(), name, target, 4096);
        if (length < 0) throw LinuxException.FromLastError("readlink", $"cannot resolve '{parentPath}/{name}' in '{Name}'");
        string text = System.Text.Encoding.UTF8.GetString(target, (int)length);
        return text.StartsWith('/') ? text : $"{parentPath}/{text}";
    }

    private static (string Parent, string Name) Split(string path)
    {
        string trimmed = path.TrimEnd('/');
        int slash = trimmed.LastIndexOf('/');
        return slash < 0 ? ("", trimmed) : (trimmed[..slash], trimmed[(slash + 1)..]);
    }

    private static nint OpenAt2(int dirfd, string path, OpenHow* how)
    {
        using Utf8Text text = new(path.Length == 0 ? "." : path);
        return Libc.syscall(SyscallNumber.openat2, dirfd, (nint)text.Pointer, (nint)how, sizeof(OpenHow));
    }
}
