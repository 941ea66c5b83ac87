using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Engine.Spec;

/// <summary><c>linux.namespaces</c>: new ones, joined ones, and (by leaving them out) the host's. config-linux.md § Namespaces.</summary>
internal static class NamespaceSection
{
    public const string Host = "host";

    public static bool SharesHostUts(HostConfig host) => host.UTSMode == Host;

    public static bool HasOwnNetwork(SpecContext context) => context.NetworkNamespace is not null;

    public static IReadOnlyList<NamespaceSpec> Build(SpecContext context)
    {
        var host = context.Document.HostConfig;
        List<NamespaceSpec> namespaces = [new() { Type = "mount" }];
        if (context.NetworkNamespace is not null)
            namespaces.Add(new() { Type = "network", Path = context.NetworkNamespace });
        if (!SharesHostUts(host))
            namespaces.Add(new() { Type = "uts" });
        if (host.PidMode != Host)
            namespaces.Add(new() { Type = "pid", Path = context.PidNamespace });
        if (host.IpcMode != Host)
            namespaces.Add(new() { Type = "ipc", Path = context.IpcNamespace });
        // On v1 the host's by default, as Docker: programs there expect to see their full path.
        if (host.CgroupnsMode == "private" || (host.CgroupnsMode.Length == 0 && context.CgroupV2))
            namespaces.Add(new() { Type = "cgroup" });
        return namespaces;
    }
}
