namespace Sampan.Runtime;

/// <summary>Kernel settings that belong to a namespace: only those may a container set.</summary>
internal static class Sysctls
{
    private static readonly string[] Ipc =
    [
        "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
    ];

    /// <param name="name">With dots or slashes, as sysctl(8) takes it.</param>
    /// <param name="has">Whether the container has a namespace of the type apart from ours.</param>
    internal static bool IsNamespaced(string name, Func<string, bool> has)
    {
        string dotted = name.Replace('/', '.');
        if (dotted.Contains("..") || dotted.Contains('\0')) return false;
        if (dotted.StartsWith("net.", StringComparison.Ordinal)) return has("network");
        if (dotted.StartsWith("fs.mqueue.", StringComparison.Ordinal) || Array.IndexOf(Ipc, dotted) >= 0) return has("ipc");
        return dotted is "kernel.domainname" or "kernel.hostname" && has("uts");
    }
}
