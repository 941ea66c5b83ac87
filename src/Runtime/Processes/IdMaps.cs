using System.Text;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Runtime.Rootless;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Processes;

/// <summary>Ids of a new user namespace. user_namespaces(7).</summary>
internal static class IdMaps
{
    /// <summary>As root all that is asked for; without privileges our own id alone, or with the help of newuidmap(1).</summary>
    /// <exception cref="FaultException">LinuxException of write(2): EPERM, EINVAL of a map that the kernel refuses; what <see cref="NewIdMap.Run"/> says.</exception>
    internal static void Write(int pid, LinuxSpec linux)
    {
        IReadOnlyList<IdMapping> users = linux.UidMappings ?? [], groups = linux.GidMappings ?? [];
        if (Libc.geteuid() == 0)
        {
            Files.WriteValue($"/proc/{pid}/uid_map", Lines(users));
            Files.WriteValue($"/proc/{pid}/gid_map", Lines(groups));
            return;
        }
        if (IsOwnAlone(users, Libc.geteuid())) Files.WriteValue($"/proc/{pid}/uid_map", Lines(users));
        else NewIdMap.Run("newuidmap", pid, users);
        if (!IsOwnAlone(groups, Libc.getegid()))
        {
            NewIdMap.Run("newgidmap", pid, groups);
            return;
        }
        // Who may not map groups may not drop them either: a group can be there to keep somebody out. user_namespaces(7)
        Files.WriteValue($"/proc/{pid}/setgroups", "deny");
        Files.WriteValue($"/proc/{pid}/gid_map", Lines(groups));
    }

    private static bool IsOwnAlone(IReadOnlyList<IdMapping> mappings, uint own) => mappings is [{ Size: 1 } only] && only.HostID == own;

    /// <summary>A container's id as the machine knows it; the id itself where it is not mapped, or nothing is.</summary>
    internal static uint OnHost(IReadOnlyList<IdMapping>? mappings, uint id)
    {
        foreach (IdMapping mapping in mappings ?? [])
            if (id - (long)mapping.ContainerID is >= 0 and var offset && offset < mapping.Size) return (uint)(mapping.HostID + offset);
        return id;
    }

    // One write with all lines: the kernel takes a map once.
    private static string Lines(IReadOnlyList<IdMapping> mappings)
    {
        StringBuilder lines = new();
        foreach (IdMapping mapping in mappings) lines.Append($"{mapping.ContainerID} {mapping.HostID} {mapping.Size}\n");
        return lines.ToString();
    }
}
