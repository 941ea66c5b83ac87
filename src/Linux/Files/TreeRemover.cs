using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>Removes files and directories with everything below them, one handle per level: a symbolic link is removed, never followed,
/// and a directory that somebody swaps meanwhile leads nowhere else. Mounts are not entered: their root answers EBUSY. Those of another mount
/// namespace do not: the kernel would take them away, or let us in; where there may be some, <c>elsewhere</c> says so and they are looked for.</summary>
public static unsafe class TreeRemover
{
    /// <summary>Levels held open at once. What lies deeper is moved up first, so that no tree is too deep for our descriptors or stack.</summary>
    private const int MaxDepth = 64;

    /// <summary>Nothing there is no error.</summary>
    /// <param name="name">A single name in <paramref name="directory"/>.</param>
    /// <exception cref="LinuxException">unlinkat(2), openat(2).</exception>
    public static void Remove(SafeFileHandle directory, string name)
    {
        using Utf8Text text = new(name);
        Remove(directory.Fd(), text.Pointer, name);
    }

    /// <param name="name">A single name in <paramref name="directory"/>, ending in zero.</param>
    /// <param name="what">What messages call it.</param>
    /// <param name="elsewhere">The directory is another mount namespace's.</param>
    /// <exception cref="LinuxException">unlinkat(2), openat(2). EBUSY: something is mounted there.</exception>
    public static void Remove(int directory, byte* name, string what, bool elsewhere = false)
    {
        if (TryUnlink(directory, name, what, elsewhere)) return;
        using (SafeFileHandle? inner = OpenDirectory(directory, name, what))
            if (inner is not null) RemoveContent(inner, what, elsewhere);
        RemoveEmpty(directory, name, what);
    }

    /// <summary>Everything in an open directory.</summary>
    /// <exception cref="LinuxException">unlinkat(2), openat(2), getdents(2).</exception>
    public static void RemoveContent(SafeFileHandle directory, string what, bool elsewhere = false)
    {
        int moved = 0, before;
        do
        {
            before = moved;
            RemoveContent(directory, directory, 1, ref moved, what, elsewhere);
        }
        while (moved != before);
    }

    private static void RemoveContent(SafeFileHandle directory, SafeFileHandle top, int depth, ref int moved, string what, bool elsewhere)
    {
        using DirectoryReader reader = new(directory);
        while (reader.Read())
        {
            fixed (byte* name = reader.NameWithZero)
            {
                if (TryUnlink(directory.Fd(), name, what, elsewhere)) continue;
                if (depth == MaxDepth)
                {
                    MoveUp(directory, name, top, ref moved, what);
                    continue;
                }
                using (SafeFileHandle? inner = OpenDirectory(directory.Fd(), name, what))
                    if (inner is not null) RemoveContent(inner, top, depth + 1, ref moved, what, elsewhere);
                RemoveEmpty(directory.Fd(), name, what);
            }
        }
    }

    private static void MoveUp(SafeFileHandle directory, byte* name, SafeFileHandle top, ref int moved, string what)
    {
        while (true)
        {
            using Utf8Text free = new($".removed-{++moved}");
            if (Libc.renameat(directory.Fd(), name, top.Fd(), free.Pointer) == 0) return;
            if (LinuxException.LastError is not (Errno.ENOTEMPTY or Errno.EEXIST or Errno.ENOTDIR))
                throw LinuxException.FromLastError("renameat", $"cannot remove '{what}'");
        }
    }

    /// <returns>False when it is a directory that is not empty.</returns>
    private static bool TryUnlink(int directory, byte* name, string what, bool elsewhere)
    {
        if (elsewhere && IsMounted(directory, name)) throw new LinuxException(Errno.EBUSY, "unlinkat", $"cannot remove '{what}'");
        if (Libc.unlinkat(directory, name, 0) == 0 || LinuxException.LastError == Errno.ENOENT) return true;
        if (LinuxException.LastError == Errno.EISDIR
            && (Libc.unlinkat(directory, name, Libc.AT_REMOVEDIR) == 0 || LinuxException.LastError == Errno.ENOENT)) return true;
        return LinuxException.LastError is Errno.ENOTEMPTY or Errno.EEXIST ? false
            : throw LinuxException.FromLastError("unlinkat", $"cannot remove '{what}'");
    }

    private static bool IsMounted(int directory, byte* name)
    {
        Statx stat;
        return Libc.statx(directory, name, Libc.AT_SYMLINK_NOFOLLOW, Statx.BasicStats, &stat) == 0 && stat.IsMountRoot;
    }

    private static void RemoveEmpty(int directory, byte* name, string what)
    {
        if (Libc.unlinkat(directory, name, Libc.AT_REMOVEDIR) < 0 && LinuxException.LastError != Errno.ENOENT)
            throw LinuxException.FromLastError("unlinkat", $"cannot remove '{what}'");
    }

    private static SafeFileHandle? OpenDirectory(int directory, byte* name, string what)
    {
        int fd = Libc.openat(directory, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow | OpenFlags.CloseOnExec, 0);
        if (fd >= 0) return new SafeFileHandle(fd, ownsHandle: true);
        return LinuxException.LastError == Errno.ENOENT ? null : throw LinuxException.FromLastError("openat", $"cannot remove '{what}'");
    }
}
