namespace Sampan.Runtime;

/// <summary>Kernel settings that belong to a namespace: only those may a container set.</summary>
internal static class Sysctls
{
    private static readonly string[] Ipc =
    [
        "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
    ];

    /// <summary>Why a container may not set it, in runc's words; null when it may.</summary>
    /// <param name="name">With dots or slashes, as sysctl(8) takes it.</param>
    /// <param name="has">Whether the container has a namespace of the type apart from ours.</param>
    internal static string? Problem(string name, Func<string, bool> has)
    {
        string dotted = Dotted(name);
        // "net..…" and "net./…" would lead somewhere else.
        if (dotted.Split('.', '/') is var parts && (parts.Contains("") || dotted.Contains('\0'))) return $"sysctl \"{name}\" is not in a separate kernel namespace";
        if (Array.IndexOf(Ipc, dotted) >= 0 || dotted.StartsWith("fs.mqueue.", StringComparison.Ordinal))
            return has("ipc") ? null : $"sysctl \"{name}\" is not allowed in the hosts ipc namespace";
        if (dotted.StartsWith("net.", StringComparison.Ordinal)) return has("network") ? null : $"sysctl \"{name}\" not allowed in host network namespace";
        if (dotted == "kernel.domainname" && has("uts")) return null;
        if (dotted == "kernel.hostname" && has("uts")) return $"sysctl \"{name}\" is not allowed as it conflicts with the OCI \"hostname\" field";
        if (dotted.StartsWith("user.", StringComparison.Ordinal)) return has("user") ? null : $"setting ucounts without a user namespace not allowed: {name}";
        return $"sysctl \"{name}\" is not in a separate kernel namespace";
    }

    /// <summary>Below /proc/sys.</summary>
    internal static string Path(string name) => Swapped(Dotted(name));

    // sysctl(8): the first separator decides; "net/ipv4/conf/eno2.100/forwarding" is "net.ipv4.conf.eno2/100.forwarding".
    private static string Dotted(string name)
    {
        int first = name.AsSpan().IndexOfAny('.', '/');
        return first < 0 || name[first] == '.' ? name : Swapped(name);
    }

    private static string Swapped(string name)
        => string.Create(name.Length, name, static (target, source) =>
        {
            for (int i = 0; i < target.Length; i++) target[i] = source[i] switch { '.' => '/', '/' => '.', char other => other };
        });
}
