using System.Globalization;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Rootless;

/// <summary>newuidmap(1) and newgidmap(1), which map the ids that /etc/subuid and /etc/subgid give to a user.</summary>
internal static class NewIdMap
{
    /// <param name="program">"newuidmap" or "newgidmap".</param>
    /// <exception cref="FaultException">NotFound: not installed; PermissionDenied: it refused.</exception>
    internal static void Run(string program, int pid, IReadOnlyList<IdMapping> mappings)
    {
        string path = ProgramSearch.Find(program) ?? throw new FaultException(FaultKind.NotFound,
            $"rootless container has more id mappings than one of the own id, which needs {program}: install the package uidmap, or map container id 0 to the own id with size 1");
        List<string> arguments = [program, pid.ToString(CultureInfo.InvariantCulture)];
        foreach (IdMapping mapping in mappings)
            foreach (uint number in (ReadOnlySpan<uint>)[mapping.ContainerID, mapping.HostID, mapping.Size]) arguments.Add(number.ToString(CultureInfo.InvariantCulture));
        using ChildProcess process = Spawn.Start(new SpawnOptions { Path = path, Arguments = arguments, Descriptors = new Dictionary<int, Microsoft.Win32.SafeHandles.SafeFileHandle> { [2] = new(2, ownsHandle: false) } });
        if (process.Wait().ShellCode != 0)
            throw new FaultException(FaultKind.PermissionDenied, $"{program} refused the id mappings of the container (its reason is on standard error); /etc/sub{program[3..6]} must give them to this user");
    }
}
