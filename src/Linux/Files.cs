using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>Opens, pipes and duplicates descriptors; every one of them is close-on-exec.</summary>
public static unsafe class Files
{
    /// <exception cref="LinuxException">open(2).</exception>
    public static SafeFileHandle Open(string path, OpenFlags flags, uint mode = 0)
        => OpenAt(null, path, flags, mode);

    /// <summary>Relative to <paramref name="directory"/>, or to the working directory when null. Follows symbolic links anywhere:
    /// for paths that somebody else wrote use <see cref="RootDirectory"/>.</summary>
    /// <exception cref="LinuxException">open(2).</exception>
    public static SafeFileHandle OpenAt(SafeFileHandle? directory, string path, OpenFlags flags, uint mode = 0)
        => TryOpenAt(directory, path, flags, mode, out Errno errno) ?? throw new LinuxException(errno, "openat", $"cannot open '{path}'");

    /// <returns>Null with the reason in <paramref name="errno"/>.</returns>
    public static SafeFileHandle? TryOpenAt(SafeFileHandle? directory, string path, OpenFlags flags, uint mode, out Errno errno)
    {
        int dirfd = directory is null ? Libc.AT_FDCWD : directory.Fd();
        int fd;
        do fd = Libc.openat(dirfd, path, flags | OpenFlags.CloseOnExec, mode);
        while (fd < 0 && LinuxException.LastError == Errno.EINTR);
        errno = fd < 0 ? LinuxException.LastError : Errno.None;
        return fd < 0 ? null : new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <exception cref="LinuxException">pipe(2): EMFILE.</exception>
    public static (SafeFileHandle Reader, SafeFileHandle Writer) Pipe(OpenFlags flags = 0)
    {
        int* ends = stackalloc int[2];
        if (Libc.pipe2(ends, flags | OpenFlags.CloseOnExec) < 0)
            throw LinuxException.FromLastError("pipe2", "cannot make a pipe");
        return (new SafeFileHandle(ends[0], true), new SafeFileHandle(ends[1], true));
    }

    /// <summary>A second descriptor of the same open file, numbered <paramref name="atLeast"/> or above.</summary>
    /// <exception cref="LinuxException">fcntl(2): EMFILE.</exception>
    public static SafeFileHandle Duplicate(SafeFileHandle handle, int atLeast = 3)
    {
        int fd = Libc.fcntl(handle.Fd(), Libc.F_DUPFD_CLOEXEC, atLeast);
        if (fd < 0) throw LinuxException.FromLastError("fcntl", $"cannot duplicate descriptor {handle.Fd()}");
        return new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <exception cref="LinuxException">statx(2).</exception>
    public static Statx Stat(SafeFileHandle? directory, string path, bool followLinks = false)
        => TryStat(directory, path, followLinks, out Statx stat) ? stat
            : throw LinuxException.FromLastError("statx", $"cannot read the attributes of '{path}'");

    /// <summary>Attributes of an open file.</summary>
    /// <exception cref="LinuxException">statx(2).</exception>
    public static Statx Stat(SafeFileHandle handle) => Stat(handle, "");

    /// <returns>False with errno in <see cref="LinuxException.LastError"/>.</returns>
    public static bool TryStat(SafeFileHandle? directory, string path, bool followLinks, out Statx stat)
    {
        int flags = (path.Length == 0 ? Libc.AT_EMPTY_PATH : 0) | (followLinks ? 0 : Libc.AT_SYMLINK_NOFOLLOW);
        fixed (Statx* buffer = &stat)
            return Libc.statx(directory is null ? Libc.AT_FDCWD : directory.Fd(), path, flags, Statx.BasicStats | Statx.MountIdMask, buffer) == 0;
    }

    /// <summary>The whole of a small file: procfs, cgroupfs, a document.</summary>
    /// <exception cref="LinuxException">read(2).</exception>
    public static byte[] ReadAll(SafeFileHandle handle, string what)
    {
        byte[] buffer = new byte[8192];
        int length = 0;
        while (true)
        {
            if (length == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
            nint got;
            fixed (byte* start = buffer) got = Libc.read(handle.Fd(), start + length, (nuint)(buffer.Length - length));
            if (got < 0 && LinuxException.LastError == Errno.EINTR) continue;
            if (got < 0) throw LinuxException.FromLastError("read", $"cannot read '{what}'");
            if (got == 0) break;
            length += (int)got;
        }
        return buffer.AsSpan(0, length).ToArray();
    }

    /// <exception cref="LinuxException">open(2), read(2).</exception>
    public static byte[] ReadAll(string path)
    {
        using SafeFileHandle file = Open(path, OpenFlags.ReadOnly);
        return ReadAll(file, path);
    }

    /// <summary>All of <paramref name="content"/>, in as few calls as the kernel allows: one, for procfs and cgroupfs.</summary>
    /// <exception cref="LinuxException">write(2).</exception>
    public static void WriteAll(SafeFileHandle handle, ReadOnlySpan<byte> content, string what)
    {
        while (!content.IsEmpty)
        {
            nint written;
            fixed (byte* start = content) written = Libc.write(handle.Fd(), start, (nuint)content.Length);
            if (written < 0 && LinuxException.LastError == Errno.EINTR) continue;
            if (written < 0) throw LinuxException.FromLastError("write", $"cannot write '{what}'");
            content = content[(int)written..];
        }
    }

    /// <summary>Writes a value into an existing file of procfs or cgroupfs.</summary>
    /// <exception cref="LinuxException">open(2), write(2).</exception>
    public static void WriteValue(string path, string value)
    {
        using SafeFileHandle file = Open(path, OpenFlags.WriteOnly);
        WriteAll(file, Encoding.UTF8.GetBytes(value), path);
    }

    private const string Unfinished = ".tmp";

    /// <summary>Removes what <see cref="Replace"/> left in a directory when its process was killed. For who alone writes there.</summary>
    public static void RemoveUnfinished(string directory)
    {
        foreach (string path in Directory.GetFiles(directory, "*" + Unfinished)) TryUnlink(path);
    }

    /// <summary>Replaces <paramref name="path"/> by a file with this content: readers see the old or the new one, never half.</summary>
    /// <exception cref="LinuxException">open(2), write(2), rename(2).</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content, uint mode = 0x180 /* 0600 */)
    {
        string temporary = path + Unfinished;
        using (SafeFileHandle file = Open(temporary, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Truncate, mode))
            WriteAll(file, content, temporary);
        if (Libc.renameat(Libc.AT_FDCWD, temporary, Libc.AT_FDCWD, path) < 0)
            throw LinuxException.FromLastError("rename", $"cannot replace '{path}'");
    }

    /// <returns>False with errno in <see cref="LinuxException.LastError"/>: most often there is no such file.</returns>
    public static bool TryUnlink(string path) => Libc.unlinkat(Libc.AT_FDCWD, path, 0) == 0;

    /// <returns>False with errno in <see cref="LinuxException.LastError"/>.</returns>
    public static bool TryRename(string from, string to) => Libc.renameat(Libc.AT_FDCWD, from, Libc.AT_FDCWD, to) == 0;

    /// <exception cref="LinuxException">ftruncate(2).</exception>
    public static void Truncate(SafeFileHandle handle, long size)
    {
        if (Libc.ftruncate(handle.Fd(), size) < 0)
            throw LinuxException.FromLastError("ftruncate", $"cannot cut descriptor {handle.Fd()} to {size} bytes");
    }

    /// <summary>The descriptor's number. The handle must be kept alive by the caller while the number is used.</summary>
    public static int Fd(this SafeFileHandle handle)
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, handle);
        return (int)handle.DangerousGetHandle();
    }

    /// <summary>A path by which this process can reach the open file: <c>/proc/self/fd/N</c>.</summary>
    public static string ProcPath(this SafeFileHandle handle) => $"/proc/self/fd/{handle.Fd()}";
}
