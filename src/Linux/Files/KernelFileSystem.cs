using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>File systems whose files are views of the kernel, not data: nobody copies them. The numbers are statfs(2)'s, linux/magic.h.</summary>
internal static unsafe class KernelFileSystem
{
    private const long Proc = 0x9fa0, SysFs = 0x62656572, CgroupV1 = 0x27e0eb, CgroupV2 = 0x63677270, DevPts = 0x1cd1, MessageQueue = 0x19800202,
        Debug = 0x64626720, Trace = 0x74726163, Security = 0x73636673, Bpf = 0xcafe4a11;

    internal static bool IsProc(SafeFileHandle file)
    {
        long* statfs = stackalloc long[16];
        return Libc.fstatfs(file.Fd(), statfs) == 0 && statfs[0] == Proc;
    }

    internal static bool Is(SafeFileHandle directory)
    {
        // struct statfs is 120 bytes on 64-bit systems, and f_type comes first.
        long* statfs = stackalloc long[16];
        return Libc.fstatfs(directory.Fd(), statfs) == 0
            && statfs[0] is Proc or SysFs or CgroupV1 or CgroupV2 or DevPts or MessageQueue or Debug or Trace or Security or Bpf;
    }
}
