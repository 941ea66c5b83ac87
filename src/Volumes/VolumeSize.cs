using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Volumes;

/// <summary>Disk use of a volume's files.</summary>
internal static class VolumeSize
{
    /// <summary>What `du -s --block-size=1` says of the directory; links are not followed, and what else is mounted below is not counted.</summary>
    internal static long Of(string directory)
    {
        if (!Directory.Exists(directory)) return 0;   // removed by hand
        using SafeFileHandle handle = Files.Open(directory, OpenFlags.ReadOnly | OpenFlags.Directory);
        return TreeSize.OnDisk(handle);
    }
}
