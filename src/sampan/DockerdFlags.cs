using Sampan.Engine;
using Sampan.Faults;

namespace Sampan;

/// <summary>Flags of dockerd that mean nothing here, or ask for what this engine does not have. The first are taken, so that a dockerd's unit and daemon.json
/// start this daemon too, and the log says of each that it changes nothing; the others are refused with the reason.</summary>
internal static class DockerdFlags
{
    private static readonly Dictionary<string, string> WithoutEffect = new(StringComparer.Ordinal)
    {
        ["--containerd"] = "containers run under shims of their own, without a containerd",
        ["--containerd-namespace"] = "there is no containerd",
        ["--containerd-plugins-namespace"] = "there is no containerd",
        ["--cri-containerd"] = "there is no containerd",
        ["--userland-proxy"] = "published ports need no proxy program",
        ["--userland-proxy-path"] = "published ports need no proxy program",
        ["--shutdown-timeout"] = "the daemon's end stops no container",
        ["--ip6tables"] = "containers have no IPv6 addresses",
        ["--raw-logs"] = "the log has no colours",
        ["--network-control-plane-mtu"] = "there is no swarm",
        ["--swarm-default-advertise-addr"] = "there is no swarm",
        ["--allow-nondistributable-artifacts"] = "such layers are pushed as all others are",
    };

    private static readonly Dictionary<string, string> Refused = new(StringComparer.Ordinal)
    {
        ["--add-runtime"] = "other runtimes are not started yet",
        ["--allow-direct-routing"] = "containers are reached by their addresses anyway",
        ["--api-cors-header"] = "browsers are not served",
        ["--authorization-plugin"] = "there are no plugins",
        ["--bip6"] = "containers have no IPv6 addresses",
        ["--cdi-spec-dir"] = "CDI devices are not supported",
        ["--cpu-rt-period"] = "realtime scheduling of all containers is not limited",
        ["--cpu-rt-runtime"] = "realtime scheduling of all containers is not limited",
        ["--default-address-pool"] = "networks cannot be created yet",
        ["--default-gateway"] = "the bridge is the gateway",
        ["--default-gateway-v6"] = "containers have no IPv6 addresses",
        ["--default-network-opt"] = "networks cannot be created yet",
        ["--default-ulimit"] = "say --ulimit for each container",
        ["--dns-options"] = "the name is --dns-opt",
        ["--feature"] = "there are no features to switch",
        ["--features"] = "there are no features to switch",
        ["--fixed-cidr-v6"] = "containers have no IPv6 addresses",
        ["--host-gateway-ip"] = "host-gateway is the bridge's address",
        ["--init-path"] = "the init of --init is inside this program",
        ["--ip-forward-no-drop"] = "the policy of the forward chain is not changed at all",
        ["--log-format"] = "the log is text",
        ["--metrics-addr"] = "there are no metrics yet",
        ["--network-diagnostic-port"] = "there is no swarm",
        ["--node-generic-resource"] = "there is no swarm",
        ["--rootless"] = "the daemon runs as root",
        ["--seccomp-profile"] = "say --security-opt seccomp= for each container",
        ["--selinux-enabled"] = "SELinux labels are not set by this engine",
        ["--tls"] = "TLS is not served yet; listen on a unix socket, or on a loopback address behind a proxy",
        ["--tlscacert"] = "TLS is not served yet",
        ["--tlscert"] = "TLS is not served yet",
        ["--tlskey"] = "TLS is not served yet",
        ["--tlsverify"] = "TLS is not served yet; listen on a unix socket, or on a loopback address behind a proxy",
        ["--userns-remap"] = "user namespaces of containers are not supported yet",
    };

    /// <summary>Those that stand alone; with "=false" dockerd takes them too.</summary>
    private static readonly HashSet<string> Booleans = new(StringComparer.Ordinal)
    {
        "--allow-direct-routing", "--cri-containerd", "--experimental", "--init", "--ip-forward-no-drop", "--ip6tables", "--iptables", "--ipv6",
        "--no-new-privileges", "--raw-logs", "--rootless", "--selinux-enabled", "--tls", "--tlsverify", "--userland-proxy", "--validate",
    };

    public static bool IsBoolean(string flag) => Booleans.Contains(flag);

    public static bool IsKnown(string flag) => WithoutEffect.ContainsKey(flag) || Refused.ContainsKey(flag)
        || flag is "--iptables" or "--experimental" or "--ipv6" or "--exec-opt" or "--default-runtime";

    /// <exception cref="FaultException">InvalidArgument: it asks for what is not there, or is no flag of dockerd's either.</exception>
    public static DaemonOptions Apply(DaemonOptions options, string flag, string value)
    {
        bool isOff = Booleans.Contains(flag) && value == "false";
        if (WithoutEffect.TryGetValue(flag, out string? why))
            return options with { Notes = [.. options.Notes, $"{flag} changes nothing: {why}"] };
        return flag switch
        {
            "--experimental" or "--ipv6" when isOff => options,
            "--experimental" => throw Unsupported(flag, "there is nothing experimental to switch on"),
            "--ipv6" => throw Unsupported(flag, "containers have no IPv6 addresses"),
            "--iptables" when !isOff => options,   // the rules are nftables', and they are made
            "--iptables" => throw Unsupported("--iptables=false", "published ports and the way out need rules; --ip-masq=false leaves the latter out"),
            "--exec-opt" when value == "native.cgroupdriver=cgroupfs" => options,
            "--exec-opt" => throw Unsupported($"--exec-opt {value}", "the cgroup driver is cgroupfs"),
            "--default-runtime" when value is "runc" or "sampan" => options,
            "--default-runtime" => throw Unsupported($"--default-runtime {value}", "the runtime is sampan-runtime; --runtime-path says where it is"),
            _ when isOff && Refused.ContainsKey(flag) => options,
            _ when Refused.TryGetValue(flag, out why) => throw Unsupported(flag, why),
            _ => throw new FaultException(FaultKind.InvalidArgument, $"unknown flag: {flag}"),
        };
    }

    private static FaultException Unsupported(string flag, string why) => new(FaultKind.InvalidArgument, $"not supported by this engine: {flag}: {why}");
}
