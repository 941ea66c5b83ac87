using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>A program's file through a mount of its own that is read-only. A process that runs from it cannot be used to overwrite the file:
/// a container that reaches /proc/PID/exe of one that joins it gets EROFS (CVE-2019-5736). No copy, no mount point; gone with the last process.</summary>
public static unsafe class ReadOnlyExecutable
{
    private const long ST_RDONLY = 1;

    /// <summary>Start <c>handle.ProcPath()</c>.</summary>
    /// <exception cref="LinuxException">open_tree(2): EPERM without CAP_SYS_ADMIN.</exception>
    public static SafeFileHandle Open(string path)
    {
        using SafeFileHandle file = Files.Open(path, OpenFlags.Path);
        SafeFileHandle mount = Mounts.Clone(file, recursive: false, path);
        Mounts.SetAttributes(mount, MountAttribute.ReadOnly | MountAttribute.NoSuid, 0, 0, recursive: false, path);
        return mount;
    }

    /// <summary>Whether this process already runs from a read-only mount.</summary>
    public static bool IsOurs()
    {
        const int FlagsField = 10;
        long* stat = stackalloc long[15];   // struct statfs, 64-bit
        using Utf8Text path = new("/proc/self/exe");
        return Libc.syscall(SyscallNumber.statfs, (nint)path.Pointer, (nint)stat) == 0 && (stat[FlagsField] & ST_RDONLY) != 0;
    }

    /// <summary>Starts this program anew from a read-only mount, in the same process; returns only when the kernel refuses.</summary>
    /// <param name="arguments">The whole argv.</param>
    /// <exception cref="LinuxException">open_tree(2), execveat(2).</exception>
    public static void Become(IReadOnlyList<string> arguments)
    {
        using SafeFileHandle executable = Open("/proc/self/exe");
        byte** argv = StringVector.Allocate(arguments), envp = StringVector.Allocate(Spawn.Inherited());
        using Utf8Text empty = new("");
        Libc.syscall(SyscallNumber.execveat, executable.Fd(), (nint)empty.Pointer, (nint)argv, (nint)envp, Libc.AT_EMPTY_PATH);
        LinuxException refusal = LinuxException.FromLastError("execveat", "cannot run from a read-only mount");
        StringVector.Free(argv);
        StringVector.Free(envp);
        throw refusal;
    }
}
