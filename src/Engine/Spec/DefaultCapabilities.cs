using Sampan.Faults;

namespace Sampan.Engine.Spec;

/// <summary>Docker's default capabilities and the arithmetic of <c>--cap-add</c>, <c>--cap-drop</c> and <c>--privileged</c>.</summary>
internal static class DefaultCapabilities
{
    private static readonly string[] Default =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID",
        "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE",
    ];

    /// <summary>capabilities(7), in the order of their numbers.</summary>
    private static readonly string[] All =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID",
        "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW",
        "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT",
        "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD",
        "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG",
        "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
    ];

    /// <summary>Bit n is capability n: what this daemon may hand on (CapBnd of /proc/self/status).</summary>
    private static readonly Lazy<ulong> Bounding = new(ReadBoundingSet);

    public static IReadOnlyList<string> Known => [.. All.Where((_, number) => (Bounding.Value >> number & 1) != 0)];

    /// <summary>Everything this host can give when privileged; else default + added - dropped, where "ALL" is understood in both lists.</summary>
    /// <exception cref="FaultException">InvalidArgument: an unknown name.</exception>
    public static IReadOnlyList<string> Resolve(bool privileged, IReadOnlyList<string>? add, IReadOnlyList<string>? drop)
    {
        if (privileged)
            return Known;
        string[] added = Normalize(add, "CapAdd");
        string[] dropped = Normalize(drop, "CapDrop");
        IEnumerable<string> start = added.Contains("ALL") ? Known : dropped.Contains("ALL") ? [] : Default;
        return [.. start.Except(dropped).Union(added.Where(name => name != "ALL"))];
    }

    /// <exception cref="FaultException">InvalidArgument, with Docker's text.</exception>
    public static string[] Normalize(IReadOnlyList<string>? names, string field)
    {
        if (names is null)
            return [];
        var result = new string[names.Count];
        for (int i = 0; i < result.Length; i++)
        {
            string name = names[i].ToUpperInvariant();
            if (name != "ALL" && !name.StartsWith("CAP_", StringComparison.Ordinal))
                name = "CAP_" + name;
            if (name != "ALL" && !All.Contains(name))
                throw new FaultException(FaultKind.InvalidArgument, $"invalid {field}: unknown capability: \"{names[i]}\"");
            result[i] = name;
        }
        return result;
    }

    // CapBnd:	000001ffffffffff    proc_pid_status(5)
    private static ulong ReadBoundingSet()
    {
        foreach (string line in File.ReadLines("/proc/self/status"))
            if (line.StartsWith("CapBnd:", StringComparison.Ordinal))
                return Convert.ToUInt64(line[7..].Trim(), 16);
        return ulong.MaxValue;
    }
}
