using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Snapshots.Btrfs;

/// <summary>Trees as btrfs subvolumes: a child is a snapshot of its parent, made in one step whatever its size.</summary>
internal sealed class SubvolumeTrees : ITrees
{
    private const uint Mode = 0x1ED /* 0755 */;

    public string Name => "btrfs";

    /// <returns>Null when snapshots can lie at <paramref name="root"/>, else why not.</returns>
    internal static string? WhyNot(string root)
    {
        Directory.CreateDirectory(root);
        using SafeFileHandle folder = Files.Open(root, OpenFlags.ReadOnly | OpenFlags.Directory);
        return BtrfsSubvolume.IsBtrfs(folder) ? null : "it is not on a btrfs file system";
    }

    public void Make(string path, string? parent)
    {
        using SafeFileHandle folder = Files.Open(Path.GetDirectoryName(path)!, OpenFlags.ReadOnly | OpenFlags.Directory);
        string name = Path.GetFileName(path);
        if (parent is null)
        {
            BtrfsSubvolume.Create(folder, name);
            // The ioctl takes the process's umask away from 0777.
            if (Libc.fchmodat(folder.Fd(), name, Mode, 0) < 0) throw LinuxException.FromLastError("fchmodat", $"cannot set the mode of '{path}'");
            return;
        }
        using SafeFileHandle source = Files.Open(parent, OpenFlags.ReadOnly | OpenFlags.Directory);
        BtrfsSubvolume.Snapshot(source, folder, name);
    }

    public void Remove(SafeFileHandle folder, string name)
    {
        // One step, unless a container made subvolumes of its own in it; or it is none, after a crash.
        if (!BtrfsSubvolume.TryDestroy(folder, name)) TreeRemover.Remove(folder, name);
    }

    public SnapshotUsage Usage(SafeFileHandle tree, SafeFileHandle parent) => TreeUsage.Of(tree, parent);
}
