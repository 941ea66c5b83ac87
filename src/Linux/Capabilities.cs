using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>The capabilities by number, as bits of a mask. capabilities(7), linux/capability.h.</summary>
public static unsafe class Capabilities
{
    private const uint Version3 = 0x20080522;
    private static readonly string[] Names =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID",
        "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK",
        "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN",
        "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE",
        "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND",
        "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
    ];

    /// <summary>Every name, in the order of the numbers.</summary>
    public static IReadOnlyList<string> All => Names;

    public static string Name(int number) => Names[number];

    /// <param name="unknown">Takes the names that are none.</param>
    public static ulong Mask(IReadOnlyList<string>? names, ICollection<string> unknown)
    {
        ulong mask = 0;
        for (int i = 0; i < (names?.Count ?? 0); i++)
        {
            int number = Array.IndexOf(Names, names![i]);
            if (number >= 0) mask |= 1UL << number;
            else unknown.Add(names[i]);
        }
        return mask;
    }

    /// <summary>What this process may give: its permitted set.</summary>
    public static ulong Permitted()
    {
        uint* header = stackalloc uint[2];
        uint* sets = stackalloc uint[6];
        Read(header, sets);
        return sets[1] | ((ulong)sets[4] << 32);
    }

    /// <summary>Makes one of the first 32 effective for this thread, when it is permitted.</summary>
    public static void Raise(string name)
    {
        uint* header = stackalloc uint[2];
        uint* sets = stackalloc uint[6];
        Read(header, sets);
        sets[0] |= sets[1] & (1u << Array.IndexOf(Names, name));
        if (Libc.capset(header, sets) < 0) throw LinuxException.FromLastError("capset", $"cannot raise {name}");
    }

    /// <param name="sets">Takes effective, permitted, inheritable; twice 32 bits.</param>
    private static void Read(uint* header, uint* sets)
    {
        (header[0], header[1]) = (Version3, 0);
        if (Libc.capget(header, sets) < 0) throw LinuxException.FromLastError("capget", "cannot read our own capabilities");
    }

    /// <summary>The header of capset(2), for the calling process.</summary>
    public static ReadOnlySpan<uint> Header => [Version3, 0];

    /// <summary>The sets as capset(2) takes them.</summary>
    public static uint[] Sets(ulong effective, ulong permitted, ulong inheritable)
        => [(uint)effective, (uint)permitted, (uint)inheritable, (uint)(effective >> 32), (uint)(permitted >> 32), (uint)(inheritable >> 32)];

    /// <summary>The highest number that the running kernel knows.</summary>
    public static int Last()
    {
        int last = Names.Length - 1;
        while (last > 0 && Libc.prctl(Libc.PR_CAPBSET_READ, (nuint)last, 0, 0, 0) < 0) last--;
        return last;
    }
}
