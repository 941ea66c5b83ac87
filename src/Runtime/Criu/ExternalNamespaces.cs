using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Criu;

/// <summary>Namespaces that a container joined by path: criu saves nothing of them, and the restored processes are to find them made.</summary>
internal static class ExternalNamespaces
{
    /// <exception cref="FaultException">NotSupported: criu is too old; LinuxException: the path leads nowhere any more.</exception>
    internal static void AddToDump(CriuRequest request, LinuxSpec? linux, CriuProgram criu)
    {
        foreach (NamespaceSpec space in linux?.Namespaces ?? [])
        {
            if (string.IsNullOrEmpty(space.Path) || Key(space.Type) is not { } key) continue;
            Require(space.Type, criu);
            request.Text(CriuField.external, $"{FileName(space.Type)}[{Files.Stat(null, space.Path, followLinks: true).Inode}]:{key}");
        }
    }

    /// <param name="descriptors">Takes the namespaces that criu is to inherit.</param>
    /// <inheritdoc cref="AddToDump"/>
    internal static void AddToRestore(CriuRequest request, LinuxSpec? linux, CriuProgram criu, Dictionary<int, SafeFileHandle> descriptors)
    {
        int next = CriuService.FirstInherited;
        foreach (NamespaceSpec space in linux?.Namespaces ?? [])
        {
            if (string.IsNullOrEmpty(space.Path)) continue;
            if (Key(space.Type) is { } key)
            {
                Require(space.Type, criu);
                descriptors[next] = Files.Open(space.Path, OpenFlags.ReadOnly);
                request.Pair(CriuField.inherit_fd, key, next++);
            }
            else if (space.Type == "cgroup")
                throw new FaultException(FaultKind.NotSupported, $"cannot restore into the cgroup namespace '{space.Path}': criu joins none by path; leave the path out");
            else request.Pair(CriuField.join_ns, FileName(space.Type), space.Path);
        }
    }

    private static string? Key(string type) => type switch
    {
        "network" => "extRootNetNS",
        "pid" => "extRootPidNS",
        _ => null,
    };

    private static string FileName(string type) => type switch
    {
        "network" => "net",
        "mount" => "mnt",
        _ => type,
    };

    private static void Require(string type, CriuProgram criu)
        => criu.Require(type == "pid" ? CriuProgram.ExternalPids : CriuProgram.ExternalNetwork, $"a {type} namespace given by path");
}
