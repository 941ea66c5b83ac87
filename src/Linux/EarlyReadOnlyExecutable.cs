using System.Runtime;
using Sampan.Linux.Events;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary><see cref="ReadOnlyExecutable.Become"/> before .NET's runtime starts, as the program's ELF initializer (DT_INIT): to start that twice would be a large
/// part of what a container's start costs. Where it cannot, it does nothing, and the later one finds that out and says it. No managed world here yet, so the rules
/// are those of <see cref="Children.ChildStage"/>: integers, pointers and <see cref="RawSyscall"/>. docs/adr/executables-ready-in-the-file.md</summary>
internal static unsafe class EarlyReadOnlyExecutable
{
    private const int AT_FDCWD = -100, AT_EMPTY_PATH = 0x1000, O_CLOEXEC = 0x80000, O_PATH = 0x200000, OPEN_TREE_CLONE = 1;
    private const int SIG_BLOCK = 0;
    private const nint ST_RDONLY = 1;

    /// <summary>Called by the loader with main's arguments, after libc's own initializers.</summary>
    [RuntimeExport("sampan_before_runtime")]
    internal static void Run(int argc, byte** argv, byte** envp)
    {
        MallocArenas.Limit(1); // the runtime's helper threads hardly allocate: no 64 MB of address space and no pages of its own for each
        if (!StartsProcesses(argc, argv)) return;
        ulong forwarded = ForwardedSignals.Mask;
        RawSyscall.Invoke(SyscallNumber.rt_sigprocmask, SIG_BLOCK, (nint)(&forwarded), 0, sizeof(ulong));
        if (RawSyscall.Invoke(SyscallNumber.geteuid) == 0 && !IsInner(envp)) Become(argv, envp);
    }

    // A container may be called "run": then a command that need not is started anew too, which does no harm.
    private static bool StartsProcesses(int argc, byte** argv)
    {
        fixed (byte* commands = "create\0run\0exec\0restore\0\0"u8)
        {
            for (int i = 1; i < argc; i++)
                for (byte* command = commands; *command != 0; command = After(command))
                    if (StartsWith(argv[i], command) && argv[i][After(command) - command - 1] == 0) return true;
        }
        return false;
    }

    // Runtime.Rootless.InnerRuntime
    private static bool IsInner(byte** envp)
    {
        fixed (byte* variable = "_SAMPAN_INNER_RUNTIME=\0"u8)
        {
            for (; *envp != null; envp++)
                if (StartsWith(*envp, variable)) return true;
        }
        return false;
    }

    private static void Become(byte** argv, byte** envp)
    {
        fixed (byte* self = "/proc/self/exe\0"u8, empty = "\0"u8)
        {
            const int FlagsField = 10;
            nint* stat = stackalloc nint[15];   // struct statfs, 64-bit
            if (RawSyscall.Invoke(SyscallNumber.statfs, (nint)self, (nint)stat) < 0 || (stat[FlagsField] & ST_RDONLY) != 0) return;
            nint file = RawSyscall.Invoke(SyscallNumber.openat, AT_FDCWD, (nint)self, O_PATH | O_CLOEXEC);
            if (file < 0) return;
            nint mount = RawSyscall.Invoke(SyscallNumber.open_tree, file, (nint)empty, OPEN_TREE_CLONE | O_CLOEXEC | AT_EMPTY_PATH);
            RawSyscall.Invoke(SyscallNumber.close, file);
            if (mount < 0) return;
            ulong* attributes = stackalloc ulong[4];   // struct mount_attr
            (attributes[0], attributes[1], attributes[2], attributes[3]) = ((ulong)(MountAttribute.ReadOnly | MountAttribute.NoSuid), 0, 0, 0);
            if (RawSyscall.Invoke(SyscallNumber.mount_setattr, mount, (nint)empty, AT_EMPTY_PATH, (nint)attributes, 4 * sizeof(ulong)) == 0)
                RawSyscall.Invoke(SyscallNumber.execveat, mount, (nint)empty, (nint)argv, (nint)envp, AT_EMPTY_PATH);
            RawSyscall.Invoke(SyscallNumber.close, mount);
        }
    }

    private static byte* After(byte* text)
    {
        while (*text != 0) text++;
        return text + 1;
    }

    private static bool StartsWith(byte* text, byte* prefix)
    {
        for (; *prefix != 0; text++, prefix++)
            if (*text != *prefix) return false;
        return true;
    }
}
