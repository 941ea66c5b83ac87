using System.Globalization;
using System.Text;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Processes;

/// <summary>Ids of a user namespace that a container joins: it brings its own maps.</summary>
internal static class JoinedIdMaps
{
    /// <exception cref="FaultException">InvalidArgument: the config has maps, and they are others.</exception>
    internal static void Check(int pid, LinuxSpec linux)
    {
        Check(linux.UidMappings, Read(pid, "uid_map"), "linux.uidMappings");
        Check(linux.GidMappings, Read(pid, "gid_map"), "linux.gidMappings");
    }

    /// <summary>The host's id of the root of the user namespace of a process; 0 when it has none there.</summary>
    /// <param name="file">"uid_map" or "gid_map".</param>
    internal static uint HostRoot(int pid, string file)
    {
        foreach (IdMapping mapping in Read(pid, file))
            if (mapping.ContainerID == 0) return mapping.HostID;
        return 0;
    }

    private static void Check(IReadOnlyList<IdMapping>? wanted, List<IdMapping> given, string name)
    {
        if (wanted is not { Count: > 0 }) return;
        bool same = wanted.Count == given.Count;
        foreach (IdMapping mapping in wanted) same &= given.Contains(mapping);
        if (!same) throw new FaultException(FaultKind.InvalidArgument, $"{name} differs from the map of the user namespace that linux.namespaces joins; remove it");
    }

    private static List<IdMapping> Read(int pid, string file) => Parse(Encoding.UTF8.GetString(Files.ReadAll($"/proc/{pid}/{file}")));

    //          0     100000      65536     user_namespaces(7): id inside, id outside as seen by the reader, length
    internal static List<IdMapping> Parse(string text)
    {
        List<IdMapping> mappings = [];
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 3 && TryParse(fields[0], out uint inside) && TryParse(fields[1], out uint outside) && TryParse(fields[2], out uint size))
                mappings.Add(new() { ContainerID = inside, HostID = outside, Size = size });
        }
        return mappings;
    }

    private static bool TryParse(string text, out uint number) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
