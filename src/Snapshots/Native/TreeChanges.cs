using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Snapshots.Native;

/// <summary>The differences between two trees, by attributes: contents are not read. A file with another size, time, mode, owner or kind has changed.</summary>
internal static class TreeChanges
{
    internal static IReadOnlyList<SnapshotChange> Between(SafeFileHandle before, SafeFileHandle after)
    {
        ChangeList list = new();
        List<(byte[] Path, ChangeKind Kind)> found = [];
        using (TreeWalker walker = new(after))
            while (walker.Read())
                if (!TryFind(before, walker.Path, out Statx old)) found.Add((walker.Path.ToArray(), ChangeKind.Added));
                else if (!IsSame(old, walker.Stat)) found.Add((walker.Path.ToArray(), ChangeKind.Modified));
        using (TreeWalker walker = new(before))
        {
            while (walker.Read())
            {
                if (TryFind(after, walker.Path, out _)) continue;
                found.Add((walker.Path.ToArray(), ChangeKind.Deleted));
                walker.SkipContent();
            }
        }
        // '/' sorts before every other byte of a name: a directory stays in front of its content.
        found.Sort(static (a, b) => Key(a.Path).AsSpan().SequenceCompareTo(Key(b.Path)));
        foreach ((byte[] path, ChangeKind kind) in found) list.Add(path, kind);
        return list.Changes;
    }

    private static byte[] Key(byte[] path) => Array.ConvertAll(path, static value => value == (byte)'/' ? (byte)0 : value);

    private static bool TryFind(SafeFileHandle tree, ReadOnlySpan<byte> path, out Statx stat)
    {
        stat = default;
        using SafeFileHandle place = new(RootResolution.Open(tree.Fd(), (byte[])[.. path, 0], OpenFlags.Path | OpenFlags.NoFollow, ResolveFlags.NoSymlinks), ownsHandle: true);
        if (!place.IsInvalid) stat = Files.Stat(place);
        return !place.IsInvalid;
    }

    private static bool IsSame(in Statx one, in Statx other) => one.Mode == other.Mode && one.Uid == other.Uid && one.Gid == other.Gid
        && one.RdevMajor == other.RdevMajor && one.RdevMinor == other.RdevMinor
        && (one.Kind == FileKind.Directory || one.Size == other.Size)
        && one.ModifyTime.Seconds == other.ModifyTime.Seconds && one.ModifyTime.Nanoseconds == other.ModifyTime.Nanoseconds;
}
