using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>Extended attributes, xattr(7), of open files and, for what cannot be opened without effect (links, devices), of a name in an open directory.</summary>
public static unsafe class ExtendedAttributes
{
    private const int MaxSize = 65536;   // XATTR_SIZE_MAX, XATTR_LIST_MAX

    /// <summary>Of an open file, not one opened with O_PATH.</summary>
    public static bool TrySet(int file, string name, ReadOnlySpan<byte> value, out Errno errno)
    {
        using Utf8Text text = new(name);
        fixed (byte* data = value)
            errno = Libc.fsetxattr(file, text.Pointer, data, (nuint)value.Length, 0) == 0 ? Errno.None : LinuxException.LastError;
        return errno == Errno.None;
    }

    /// <summary>Of a name in a directory; a link itself is meant.</summary>
    public static bool TrySet(int directory, ReadOnlySpan<byte> entry, string name, ReadOnlySpan<byte> value, out Errno errno)
    {
        Span<byte> path = stackalloc byte[512];
        using Utf8Text text = new(name);
        fixed (byte* data = value, at = Place(directory, entry, path))
            errno = Libc.lsetxattr(at, text.Pointer, data, (nuint)value.Length, 0) == 0 ? Errno.None : LinuxException.LastError;
        return errno == Errno.None;
    }

    /// <returns>Null when it is not set or the file system has none.</returns>
    public static byte[]? Get(int directory, ReadOnlySpan<byte> entry, string name)
    {
        Span<byte> path = stackalloc byte[512];
        using Utf8Text text = new(name);
        fixed (byte* at = Place(directory, entry, path)) return Get(at, text.Pointer, name);
    }

    /// <summary>All attributes of a name in a directory, sorted by name; none where the file system has none.</summary>
    /// <exception cref="LinuxException">listxattr(2), getxattr(2).</exception>
    public static List<(string Name, byte[] Value)> List(int directory, ReadOnlySpan<byte> entry)
    {
        List<(string, byte[])> all = [];
        Span<byte> path = stackalloc byte[512];
        fixed (byte* at = Place(directory, entry, path))
        {
            nint size = Libc.llistxattr(at, null, 0);
            if (size <= 0) return size == 0 || LinuxException.LastError is Errno.EOPNOTSUPP or Errno.ENOENT ? all
                : throw LinuxException.FromLastError("llistxattr", "cannot list extended attributes");
            byte[] names = new byte[MaxSize];
            fixed (byte* list = names) size = Libc.llistxattr(at, list, MaxSize);
            for (int start = 0; start < size;)
            {
                int end = names.AsSpan(start).IndexOf((byte)0) + start;
                string name = System.Text.Encoding.UTF8.GetString(names, start, end - start);
                fixed (byte* text = &names[start])
                    if (Get(at, text, name) is { } value) all.Add((name, value));
                start = end + 1;
            }
        }
        all.Sort(static (a, b) => string.CompareOrdinal(a.Item1, b.Item1));
        return all;
    }

    private static byte[]? Get(byte* path, byte* name, string what)
    {
        byte[] buffer = new byte[256];
        while (true)
        {
            nint size;
            fixed (byte* data = buffer) size = Libc.lgetxattr(path, name, data, (nuint)buffer.Length);
            if (size >= 0) return buffer[..(int)size];
            if (LinuxException.LastError is Errno.ENODATA or Errno.EOPNOTSUPP or Errno.ENOENT) return null;
            if (LinuxException.LastError != Errno.ERANGE || buffer.Length == MaxSize)
                throw LinuxException.FromLastError("lgetxattr", $"cannot read extended attribute '{what}'");
            buffer = new byte[MaxSize];
        }
    }

    /// <summary>/proc/self/fd/N/entry: the directory by its handle, and l…xattr does not follow the entry itself. An empty entry is the handle's own file.</summary>
    private static ReadOnlySpan<byte> Place(int directory, ReadOnlySpan<byte> entry, Span<byte> path)
    {
        int length = System.Text.Encoding.ASCII.GetBytes($"/proc/self/fd/{directory}/", path);
        entry.CopyTo(path[length..]);
        path[length + entry.Length] = 0;
        return path;
    }
}
