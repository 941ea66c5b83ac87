using Microsoft.Win32.SafeHandles;
using Sampan.Linux;

namespace Sampan.Snapshots;

/// <summary>What the files of a tree hold, as Docker counts it for <c>docker ps -s</c>: their lengths, nothing for directories.</summary>
internal static class TreeUsage
{
    /// <param name="shared">Files that are the same there count for nothing; null: all count.</param>
    internal static SnapshotUsage Of(SafeFileHandle directory, SafeFileHandle? shared = null)
    {
        long bytes = 0, inodes = 0;
        HashSet<ulong> counted = [];   // inodes with several names
        using TreeWalker walker = new(directory);
        while (walker.Read())
        {
            if (shared is not null && TreeDifference.TryFind(shared, walker.Path, out Linux.Native.Statx other) && TreeDifference.IsSame(other, walker.Stat)) continue;
            inodes++;
            if (walker.Stat.Kind is Linux.Native.FileKind.Directory) continue;
            if (walker.Stat.LinkCount > 1 && !counted.Add(walker.Stat.Inode)) inodes--;
            else bytes += (long)walker.Stat.Size;
        }
        return new SnapshotUsage(bytes, inodes);
    }
}
