using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>The root of a procfs, held open and looked at: what is written below it reaches the kernel, whatever is mounted at /proc meanwhile
/// (CVE-2019-16884, CVE-2025-52881).</summary>
public static unsafe class ProcessFileSystem
{
    private const ulong RootInode = 1;

    /// <exception cref="FaultException">Unavailable: /proc is no procfs.</exception>
    public static SafeFileHandle Open()
    {
        SafeFileHandle root = Files.Open("/proc", OpenFlags.Path | OpenFlags.Directory);
        if (IsRoot(root)) return root;
        using (root) throw new FaultException(FaultKind.Unavailable, "'/proc' is not the root of a procfs: mount one there");
    }

    public static bool IsRoot(SafeFileHandle directory) => KernelFileSystem.IsProc(directory) && Files.Stat(directory).Inode == RootInode;
}
