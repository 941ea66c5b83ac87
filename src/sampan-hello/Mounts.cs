namespace Sampan.Hello;

/// <summary>/proc/self/mountinfo. proc_pid_mountinfo(5).</summary>
internal static class Mounts
{
    private readonly record struct Mount(string Point, string Options, string Type);

    public static string Root()
    {
        foreach (var mount in All())
            if (mount.Point == "/") return $"{mount.Type}, {(mount.Options.Split(',').Contains("ro") ? "read-only" : "writable")}";
        return "unknown";
    }

    public static string Summary()
    {
        var mounts = All().Where(mount => mount.Point != "/").ToList();
        var byType = mounts.GroupBy(mount => mount.Type).OrderByDescending(group => group.Count()).Select(group => $"{group.Count()} {group.Key}");
        var fromHost = mounts.Where(mount => mount.Point is "/etc/hosts" or "/etc/hostname" or "/etc/resolv.conf").Select(mount => mount.Point).ToList();
        string files = fromHost.Count > 0 ? $"\nown {string.Join(", ", fromHost)}" : "";
        return mounts.Count == 0 ? "none" : $"{mounts.Count}: {string.Join(", ", byType)}{files}";
    }

    // 36 35 98:0 /a /b rw,noatime master:1 - ext3 /dev/root rw
    private static List<Mount> All()
    {
        var mounts = new List<Mount>();
        foreach (string line in (ProcFile.Read("/proc/self/mountinfo") ?? "").Split('\n'))
        {
            string[] words = line.Split(' ');
            int separator = Array.IndexOf(words, "-");
            if (words.Length > 6 && separator > 5 && separator + 1 < words.Length) mounts.Add(new Mount(words[4], words[5], words[separator + 1]));
        }
        return mounts;
    }
}
