using System.Globalization;
using Sampan.Engine.Containers;
using Sampan.Faults;
using Sampan.Linux;

namespace Sampan.Engine.Spec;

/// <summary>Whether the host's mounts can do what a bind's propagation asks: a bind of a private mount would be made, and nothing would ever propagate.</summary>
internal static class HostPropagation
{
    /// <returns>The propagation of a mount: as asked, or what is possible where nobody asked.</returns>
    /// <exception cref="FaultException">InvalidArgument, in dockerd's words: the mount that holds the source is private.</exception>
    public static string Of(ContainerMount mount)
    {
        string source = mount.Source, propagation = mount.Propagation.Length > 0 ? mount.Propagation : "rprivate";
        bool shared = propagation is "shared" or "rshared";
        if (!shared && propagation is not ("slave" or "rslave")) return propagation;
        if (!Files.TryStat(null, source, followLinks: true, out var stat)) return propagation; // that it is not there is said by who mounts it
        var (point, optional) = Find(stat.MountId);
        if (optional.Contains("shared:", StringComparison.Ordinal) || (!shared && optional.Contains("master:", StringComparison.Ordinal))) return propagation;
        if (mount.PropagationIsDefault) return "rprivate";
        throw new FaultException(FaultKind.InvalidArgument, $"path {source} is mounted on {point} but it is not a shared{(shared ? "" : " or slave")} mount");
    }

    // 36 35 98:0 /mnt1 /mnt2 rw,noatime shared:1 master:2 - ext3 /dev/root rw    proc_pid_mountinfo(5)
    private static (string Point, string Optional) Find(ulong id)
    {
        string start = id.ToString(CultureInfo.InvariantCulture) + " ";
        foreach (string line in File.ReadLines("/proc/self/mountinfo"))
            if (line.StartsWith(start, StringComparison.Ordinal)) return (line.Split(' ')[4], line[..line.IndexOf(" - ", StringComparison.Ordinal)]);
        return ("/", "");
    }
}
