using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Volumes;

/// <summary>Disk use of a tree, as du(1) counts: blocks, each inode once.</summary>
internal static class VolumeSize
{
    private const long BytesPerBlock = 512;   // statx(2): stx_blocks

    public static long Of(string directory)
    {
        long bytes = 0;
        HashSet<ulong> linked = [];
        EnumerationOptions all = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true };
        foreach (string path in Directory.EnumerateFileSystemEntries(directory, "*", all))
        {
            if (!Files.TryStat(null, path, followLinks: false, out Statx stat)) continue;   // removed meanwhile
            if (stat.LinkCount > 1 && stat.Kind != FileKind.Directory && !linked.Add(stat.Inode)) continue;
            bytes += (long)stat.Blocks * BytesPerBlock;
        }
        return bytes;
    }
}
