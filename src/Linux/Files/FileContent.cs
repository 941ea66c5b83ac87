using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>Copies a file's content within the kernel, holes kept.</summary>
public static unsafe class FileContent
{
    private const int SEEK_DATA = 3, SEEK_HOLE = 4;

    /// <param name="size">Length the copy gets; what lies beyond the source's end stays a hole.</param>
    /// <exception cref="LinuxException">lseek(2), copy_file_range(2), ftruncate(2).</exception>
    public static void Copy(SafeFileHandle source, SafeFileHandle target, long size)
    {
        for (long at = 0; at < size;)
        {
            long start = Libc.lseek(source.Fd(), at, SEEK_DATA);
            if (start < 0 && LinuxException.LastError == Errno.ENXIO) break;   // a hole to the end
            if (start < 0) throw LinuxException.FromLastError("lseek", "cannot copy a file's content");
            at = Math.Min(size, Libc.lseek(source.Fd(), start, SEEK_HOLE));
            CopyRange(source.Fd(), target.Fd(), start, at);
        }
        if (Libc.ftruncate(target.Fd(), size) < 0) throw LinuxException.FromLastError("ftruncate", "cannot copy a file's content");
    }

    private static void CopyRange(int source, int target, long start, long end)
    {
        long from = start, to = start;
        while (from < end)
        {
            nint copied = Libc.copy_file_range(source, &from, target, &to, (nuint)(end - from), 0);
            if (copied == 0) return;
            if (copied < 0) throw LinuxException.FromLastError("copy_file_range", "cannot copy a file's content");
        }
    }
}
