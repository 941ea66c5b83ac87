using Sampan.Specs.Docker;

namespace Sampan.Engine.Spec;

/// <summary><c>linux.sysctl</c>: what <c>--sysctl</c> asks for, and what lets every user of a container with its own network ping and
/// listen below port 1024.</summary>
internal static class SysctlSection
{
    public static IReadOnlyDictionary<string, string>? Build(HostConfig host, bool ownNetwork)
    {
        var result = new Dictionary<string, string>(host.Sysctls ?? new Dictionary<string, string>());
        if (ownNetwork && !IsContainerNetwork(host))
        {
            result.TryAdd("net.ipv4.ip_unprivileged_port_start", "0");
            if (host.UsernsMode is "" or "host")
                result.TryAdd("net.ipv4.ping_group_range", "0 2147483647");
        }
        return result.Count == 0 ? null : result;
    }

    private static bool IsContainerNetwork(HostConfig host) => host.NetworkMode.StartsWith("container:", StringComparison.Ordinal);
}
