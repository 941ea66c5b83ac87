using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Image;

namespace Sampan.Snapshots.Overlay;

/// <summary>Reads the differences off an upper directory; what its parents look like is asked from a mount of them.
/// A directory that was removed and made again shows as changed, with what it lost as deleted: as Docker does where it compares trees.</summary>
internal sealed unsafe class OverlayChanges(SafeFileHandle upper, SafeFileHandle lower, WhiteoutForm form)
{
    private readonly ChangeList _list = new();
    private readonly string _opaque = form == WhiteoutForm.OverlayUser ? "user.overlay.opaque" : "trusted.overlay.opaque";

    internal IReadOnlyList<SnapshotChange> Read()
    {
        using TreeWalker walker = new(upper);
        while (walker.Read())
        {
            // fuse-overlayfs' own notes, which no mount shows.
            if (walker.Name.StartsWith(".wh."u8))
            {
                walker.SkipContent();
                continue;
            }
            ref readonly Statx stat = ref walker.Stat;
            bool isBelow = TreeDifference.TryFind(lower, walker.Path, out Statx below);
            if (stat is { Kind: FileKind.CharacterDevice, RdevMajor: 0, RdevMinor: 0 })
            {
                if (isBelow) _list.Add(walker.Path, ChangeKind.Deleted);
            }
            else if (!isBelow) _list.Add(walker.Path, ChangeKind.Added);
            else if (stat.Kind != FileKind.Directory || below.Kind != FileKind.Directory) _list.Add(walker.Path, ChangeKind.Modified);
            else if (ExtendedAttributes.Get(walker.Directory.Fd(), walker.Name, _opaque) is [(byte)'y']) AddReplaced(walker);
            else if (!IsSameDirectory(stat, below)) _list.Add(walker.Path, ChangeKind.Modified);
        }
        return _list.Changes;
    }

    private void AddReplaced(TreeWalker walker)
    {
        _list.Add(walker.Path, ChangeKind.Modified);
        using SafeFileHandle now = OpenDirectory(walker.Directory.Fd(), walker.NameWithZero);
        using SafeFileHandle before = OpenDirectory(lower.Fd(), (byte[])[.. walker.Path, 0]);
        HashSet<string> kept = [.. DirectoryReader.Sorted(now).Select(System.Text.Encoding.Latin1.GetString)];
        foreach (byte[] name in DirectoryReader.Sorted(before))
            if (!kept.Contains(System.Text.Encoding.Latin1.GetString(name))) _list.Add((byte[])[.. walker.Path, (byte)'/', .. name], ChangeKind.Deleted);
    }

    private static SafeFileHandle OpenDirectory(int at, ReadOnlySpan<byte> path)
    {
        int fd = RootResolution.Open(at, path, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw LinuxException.FromLastError("openat2", "cannot compare a directory with its parent's");
    }

    // A directory copied up because something in it changed keeps its own attributes and time: it did not change itself.
    internal static bool IsSameDirectory(in Statx one, in Statx other) => one.Mode == other.Mode && one.Uid == other.Uid && one.Gid == other.Gid
        && one.ModifyTime.Seconds == other.ModifyTime.Seconds && one.ModifyTime.Nanoseconds == other.ModifyTime.Nanoseconds;
}
