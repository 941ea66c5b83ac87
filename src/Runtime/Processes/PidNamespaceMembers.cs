using System.Globalization;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Runtime.Processes;

/// <summary>The processes of a container without a cgroup: those of its pid namespace. A namespace below it hides its own, as it does from ps(1) inside.</summary>
internal static class PidNamespaceMembers
{
    /// <returns>Pids in our own pid namespace, in no order.</returns>
    internal static List<int> Of(int init)
    {
        List<int> members = [];
        if (!Files.TryStat(null, $"/proc/{init}/ns/pid", followLinks: true, out Statx theirs)) return members;
        foreach (string path in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(path.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)) continue;
            if (Files.TryStat(null, $"{path}/ns/pid", followLinks: true, out Statx space) && space.Inode == theirs.Inode) members.Add(pid);
        }
        return members;
    }
}
