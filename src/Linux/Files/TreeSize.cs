using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>What files take on disk, as du(1) counts.</summary>
public static class TreeSize
{
    private const int BlockSize = 512;   // statx(2): stx_blocks

    /// <summary>Bytes allocated to the directory and to all below it, a file with several names once: what `du -s --one-file-system --block-size=1` says.</summary>
    /// <exception cref="LinuxException">Reading the tree.</exception>
    public static long OnDisk(SafeFileHandle directory)
    {
        long blocks = (long)Files.Stat(directory).Blocks;
        HashSet<ulong> counted = [];   // inodes with several names
        using TreeWalker walker = new(directory);
        while (walker.Read())
        {
            if (walker.Stat.MountId != walker.TopMount) continue;
            if (walker.Stat is { LinkCount: > 1, Kind: not FileKind.Directory } && !counted.Add(walker.Stat.Inode)) continue;
            blocks += (long)walker.Stat.Blocks;
        }
        return blocks * BlockSize;
    }

    /// <summary>The same, of one open file.</summary>
    public static long OfFile(SafeFileHandle file) => (long)Files.Stat(file).Blocks * BlockSize;
}
