using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Snapshots;

/// <summary>How much a tree holds.</summary>
internal static class TreeUsage
{
    /// <summary>The lengths of its files.</summary>
    /// <param name="shared">Files that are the same there count for nothing; null: all count.</param>
    internal static SnapshotUsage Of(SafeFileHandle directory, SafeFileHandle? shared = null)
    {
        long bytes = 0, inodes = 0;
        HashSet<ulong> counted = [];   // inodes with several names
        using TreeWalker walker = new(directory);
        while (walker.Read())
        {
            if (shared is not null && TreeDifference.TryFind(shared, walker.Path, out Statx other) && TreeDifference.IsSame(other, walker.Stat)) continue;
            bool isDirectory = walker.Stat.Kind == FileKind.Directory;
            if (!isDirectory && walker.Stat.LinkCount > 1 && !counted.Add(walker.Stat.Inode)) continue;
            if (!isDirectory) bytes += (long)walker.Stat.Size;
            inodes++;
        }
        return new SnapshotUsage(bytes, inodes);
    }
}
