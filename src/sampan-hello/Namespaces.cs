namespace Sampan.Hello;

/// <summary>namespaces(7): each kind and its inode, by which two processes can tell whether they share it.</summary>
internal static class Namespaces
{
    private static readonly string[] Kinds = ["pid", "mnt", "uts", "ipc", "net", "cgroup", "user"];

    public static string Describe()
    {
        var found = new List<string>();
        foreach (string kind in Kinds)
        {
            // "pid:[4026532281]"
            string? target = new FileInfo("/proc/self/ns/" + kind).LinkTarget;
            if (target is not null) found.Add($"{kind} {target[(target.IndexOf('[') + 1)..^1]}");
        }
        return found.Count == 0 ? "/proc is not mounted" : string.Join(", ", found.Take(4)) + (found.Count > 4 ? "\n" + string.Join(", ", found.Skip(4)) : "");
    }
}
