using System.Text;

namespace Sampan.Linux.Cgroups;

/// <summary>One line of proc_pid_cgroup(5): <c>4:memory:/user/x</c>, <c>9:name=systemd:/</c> or <c>0::/x</c> (cgroup v2).</summary>
public readonly record struct ProcessCgroup(string Controllers, string Path)
{
    /// <summary>The lines of <c>/proc/self/cgroup</c>.</summary>
    public static List<ProcessCgroup> ReadAll() => Parse(Text());

    /// <summary><c>/proc/self/cgroup</c> as it is.</summary>
    public static string Text() => Encoding.UTF8.GetString(Files.ReadAll("/proc/self/cgroup"));

    /// <summary>Of another process.</summary>
    public static List<ProcessCgroup> ReadAll(int pid) => Parse(Encoding.UTF8.GetString(Files.ReadAll($"/proc/{pid}/cgroup")));

    internal static List<ProcessCgroup> Parse(ReadOnlySpan<char> text)
    {
        List<ProcessCgroup> found = [];
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            int first = line.IndexOf(':');
            if (first < 0) continue;
            ReadOnlySpan<char> rest = line[(first + 1)..];
            int second = rest.IndexOf(':');
            if (second < 0) continue;
            found.Add(new ProcessCgroup(rest[..second].ToString(), rest[(second + 1)..].ToString()));
        }
        return found;
    }
}
