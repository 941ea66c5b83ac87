using System.Runtime.InteropServices;

namespace Sampan.Linux.Native;

// For walking and making trees: names are bytes ending in zero, as they stand in directories and archives, not strings.
public static unsafe partial class Libc
{
    public const long UTIME_OMIT = 0x3ffffffe;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int openat(int dirfd, byte* pathname, OpenFlags flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int mkdirat(int dirfd, byte* pathname, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int mknodat(int dirfd, byte* pathname, uint mode, ulong dev);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int unlinkat(int dirfd, byte* pathname, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int renameat(int olddirfd, byte* oldpath, int newdirfd, byte* newpath);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int symlinkat(byte* target, int newdirfd, byte* linkpath);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int linkat(int olddirfd, byte* oldpath, int newdirfd, byte* newpath, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint readlinkat(int dirfd, byte* pathname, byte* buf, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fchmodat(int dirfd, byte* pathname, uint mode, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fchownat(int dirfd, byte* pathname, uint owner, uint group, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int statx(int dirfd, byte* pathname, int flags, uint mask, Statx* buffer);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int utimensat(int dirfd, byte* pathname, Timespec* times, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int futimens(int fd, Timespec* times);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pwrite(int fd, void* buf, nuint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pread(int fd, void* buf, nuint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ftruncate(int fd, long length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint copy_file_range(int fdIn, long* offIn, int fdOut, long* offOut, nuint len, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint getdents64(int fd, byte* dirp, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fsetxattr(int fd, byte* name, void* value, nuint size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int lsetxattr(byte* path, byte* name, void* value, nuint size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint fgetxattr(int fd, byte* name, void* value, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint lgetxattr(byte* path, byte* name, void* value, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint flistxattr(int fd, byte* list, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint llistxattr(byte* path, byte* list, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fremovexattr(int fd, byte* name);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int syncfs(int fd);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fstatfs(int fd, void* buf);
}

/// <summary>A time as utimensat(2) takes it.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct Timespec(long seconds, long nanoseconds)
{
    public long Seconds = seconds;
    /// <summary>0 to 999,999,999, or <see cref="Libc.UTIME_OMIT"/>.</summary>
    public long Nanoseconds = nanoseconds;
}
