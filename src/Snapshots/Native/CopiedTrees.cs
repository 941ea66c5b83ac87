using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Snapshots.Native;

/// <summary>Trees as full copies, whose files share blocks where the file system can (FICLONE: xfs, btrfs): works on every file system.</summary>
internal sealed class CopiedTrees : ITrees
{
    public string Name => "native";

    public void Make(string path, string? parent)
    {
        if (Libc.mkdirat(Libc.AT_FDCWD, path, 0x1ED /* 0755 */) < 0) throw LinuxException.FromLastError("mkdirat", $"cannot make directory '{path}'");
        if (parent is null) return;
        using SafeFileHandle source = Files.Open(parent, OpenFlags.ReadOnly | OpenFlags.Directory), target = Files.Open(path, OpenFlags.ReadOnly | OpenFlags.Directory);
        TreeCopier.Copy(source, target);
    }

    public void Remove(SafeFileHandle folder, string name) => TreeRemover.Remove(folder, name);

    public SnapshotUsage Usage(SafeFileHandle tree, SafeFileHandle parent) => TreeUsage.Of(tree);
}
