using System.Text;
using Sampan.Linux;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Processes;

/// <summary>Ids of a new user namespace. user_namespaces(7).</summary>
internal static class IdMaps
{
    /// <exception cref="Linux.Native.LinuxException">write(2): EPERM, EINVAL of a map that the kernel refuses.</exception>
    internal static void Write(int pid, LinuxSpec linux)
    {
        Files.WriteValue($"/proc/{pid}/uid_map", Lines(linux.UidMappings ?? []));
        Files.WriteValue($"/proc/{pid}/gid_map", Lines(linux.GidMappings ?? []));
    }

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
