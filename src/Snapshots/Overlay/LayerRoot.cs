using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Snapshots.Overlay;

/// <summary>Owner and mode of a layer's root directory: overlayfs shows the topmost layer's as those of "/", so a layer that says nothing about
/// its root must have its parent's.</summary>
internal static unsafe class LayerRoot
{
    // No tar sets this time: one that it survives has no entry for its root.
    private static readonly Timespec Untouched = new(1, 314_159_265);

    /// <summary>Marks a root that no entry has set yet, for <see cref="Inherit"/>.</summary>
    internal static void Mark(string path)
    {
        Timespec* times = stackalloc Timespec[2] { Untouched, Untouched };
        using Utf8Text text = new(path);
        if (Libc.utimensat(Libc.AT_FDCWD, text.Pointer, times, 0) < 0) throw LinuxException.FromLastError("utimensat", $"cannot set the times of '{path}'");
    }

    /// <summary>Gives a root still marked its parent's owner, mode and modification time.</summary>
    internal static void Inherit(string path, string parent)
    {
        StatxTimestamp time = Files.Stat(null, path).ModifyTime;
        if (time.Seconds != Untouched.Seconds || time.Nanoseconds != Untouched.Nanoseconds) return;
        CopyOwnerAndMode(path, parent);
        StatxTimestamp modified = Files.Stat(null, parent).ModifyTime;
        Timespec* times = stackalloc Timespec[2] { new(modified.Seconds, modified.Nanoseconds), new(modified.Seconds, modified.Nanoseconds) };
        using Utf8Text text = new(path);
        if (Libc.utimensat(Libc.AT_FDCWD, text.Pointer, times, 0) < 0) throw LinuxException.FromLastError("utimensat", $"cannot set the times of '{path}'");
    }

    internal static void CopyOwnerAndMode(string path, string parent)
    {
        Statx below = Files.Stat(null, parent), own = Files.Stat(null, path);
        if ((below.Uid, below.Gid) != (own.Uid, own.Gid) && Libc.fchownat(Libc.AT_FDCWD, path, below.Uid, below.Gid, 0) < 0)
            throw LinuxException.FromLastError("fchownat", $"cannot set the owner of '{path}'");
        if (below.Permissions != own.Permissions && Libc.fchmodat(Libc.AT_FDCWD, path, below.Permissions, 0) < 0)
            throw LinuxException.FromLastError("fchmodat", $"cannot set the mode of '{path}'");
    }
}
