using System.Runtime.InteropServices;

namespace Sampan.Linux.Cgroups;

/// <summary>Signatures that only cgroups need.</summary>
internal static unsafe partial class CgroupLibc
{
    public const int EFD_CLOEXEC = 0x80000, EFD_NONBLOCK = 0x800;
    public const int IN_CLOEXEC = 0x80000, IN_NONBLOCK = 0x800;
    public const uint IN_MODIFY = 2;

    /// <summary>bpf(2), by number: no libc has a wrapper. x86-64.</summary>
    public const int SYS_bpf = 321;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int statfs(string path, StatFs* buffer);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int eventfd(uint initval, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int inotify_init1(int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int inotify_add_watch(int fd, string pathname, uint mask);
}

/// <summary>statfs(2) on 64-bit Linux; only the first field is read.</summary>
[StructLayout(LayoutKind.Sequential, Size = 120)]
internal struct StatFs
{
    public long Type;
}
