using Microsoft.Win32.SafeHandles;
using Sampan.Linux;

namespace Sampan.Snapshots;

/// <summary>What a tree takes on disk, as du(1) counts.</summary>
internal static class TreeUsage
{
    private const int BlockSize = 512;

    /// <param name="shared">Files that are the same there count for nothing; null: all count.</param>
    internal static SnapshotUsage Of(SafeFileHandle directory, SafeFileHandle? shared = null)
    {
        long blocks = 0, inodes = 0;
        HashSet<ulong> counted = [];   // inodes with several names
        using TreeWalker walker = new(directory);
        while (walker.Read())
        {
            if (shared is not null && TreeDifference.TryFind(shared, walker.Path, out Linux.Native.Statx other) && TreeDifference.IsSame(other, walker.Stat)) continue;
            if (walker.Stat is { LinkCount: > 1, Kind: not Linux.Native.FileKind.Directory } && !counted.Add(walker.Stat.Inode)) continue;
            blocks += (long)walker.Stat.Blocks;
            inodes++;
        }
        return new SnapshotUsage(blocks * BlockSize, inodes);
    }
}
