using System.Text;

namespace Sampan.Linux.Cgroups;

/// <summary>One line of proc_pid_cgroup(5): <c>4:memory:/user/x</c>, <c>9:name=systemd:/</c> or <c>0::/x</c> (cgroup v2).</summary>
internal readonly record struct OwnCgroup(string Controllers, string Path)
{
    /// <summary>The lines of <c>/proc/self/cgroup</c>.</summary>
    public static List<OwnCgroup> ReadAll() => Parse(Encoding.UTF8.GetString(Files.ReadAll("/proc/self/cgroup")));

    /// <summary>Of another process.</summary>
    public static List<OwnCgroup> ReadAll(int pid) => Parse(Encoding.UTF8.GetString(Files.ReadAll($"/proc/{pid}/cgroup")));

    internal static List<OwnCgroup> Parse(ReadOnlySpan<char> text)
    {
        List<OwnCgroup> found = [];
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            int first = line.IndexOf(':');
            if (first < 0) continue;
            ReadOnlySpan<char> rest = line[(first + 1)..];
            int second = rest.IndexOf(':');
            if (second < 0) continue;
            found.Add(new OwnCgroup(rest[..second].ToString(), rest[(second + 1)..].ToString()));
        }
        return found;
    }
}
