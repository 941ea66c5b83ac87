using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux;

public enum DifferenceKind { Added, Modified, Deleted }

/// <summary>The differences between two trees, by attributes: contents are not read. A file with another size, time, mode, owner or kind is modified;
/// of a deleted directory only the directory is told.</summary>
public static class TreeDifference
{
    /// <returns>Paths without a slash in front, each directory before its content.</returns>
    /// <exception cref="LinuxException">Reading either tree.</exception>
    public static List<(byte[] Path, DifferenceKind Kind)> Between(SafeFileHandle before, SafeFileHandle after)
    {
        List<(byte[] Path, DifferenceKind Kind)> found = [];
        using (TreeWalker walker = new(after))
            while (walker.Read())
                if (!TryFind(before, walker.Path, out Statx old)) found.Add((walker.Path.ToArray(), DifferenceKind.Added));
                else if (!IsSame(old, walker.Stat)) found.Add((walker.Path.ToArray(), DifferenceKind.Modified));
        using (TreeWalker walker = new(before))
        {
            while (walker.Read())
            {
                if (TryFind(after, walker.Path, out _)) continue;
                found.Add((walker.Path.ToArray(), DifferenceKind.Deleted));
                walker.SkipContent();
            }
        }
        // '/' before every other byte of a name: a directory stays in front of its content.
        found.Sort(static (a, b) => Key(a.Path).AsSpan().SequenceCompareTo(Key(b.Path)));
        return found;
    }

    /// <summary>A name of a tree, without a link anywhere on the way.</summary>
    public static bool TryFind(SafeFileHandle tree, ReadOnlySpan<byte> path, out Statx stat)
    {
        stat = default;
        using SafeFileHandle place = new(RootResolution.Open(tree.Fd(), (byte[])[.. path, 0], OpenFlags.Path | OpenFlags.NoFollow, ResolveFlags.NoSymlinks), ownsHandle: true);
        if (!place.IsInvalid) stat = Files.Stat(place);
        return !place.IsInvalid;
    }

    private static byte[] Key(byte[] path) => Array.ConvertAll(path, static value => value == (byte)'/' ? (byte)0 : value);

    /// <summary>Whether a file has not changed, told by its attributes.</summary>
    public static bool IsSame(in Statx one, in Statx other) => one.Mode == other.Mode && one.Uid == other.Uid && one.Gid == other.Gid
        && one.RdevMajor == other.RdevMajor && one.RdevMinor == other.RdevMinor
        && (one.Kind == FileKind.Directory || one.Size == other.Size)
        && one.ModifyTime.Seconds == other.ModifyTime.Seconds && one.ModifyTime.Nanoseconds == other.ModifyTime.Nanoseconds;
}
