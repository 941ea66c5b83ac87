using System.Net;
using Sampan.Faults;
using Sampan.Networks;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Networking;

/// <summary>Which network a container asks for, from <c>--network</c> and <c>NetworkingConfig</c>.</summary>
internal sealed class NetworkChoice(NetworkManager networks)
{
    private const string ContainerPrefix = "container:";

    /// <returns>The settings by network name; empty when the container shares another's network.</returns>
    /// <remarks>A network that is not there (yet) is no error here: the start fails then, as in Docker. A 404 now would make the CLI pull the image.</remarks>
    /// <exception cref="FaultException">NotSupported: more than one, aliases, links, IPv6.</exception>
    public IReadOnlyDictionary<string, EndpointSettings> Choose(ContainerConfig config, HostConfig host, NetworkingConfig? asked)
    {
        if (SharedContainer(host) is not null)
            return new Dictionary<string, EndpointSettings>();
        string mode = config.NetworkDisabled ? Network.NoneName : host.NetworkMode;
        var network = networks.Find(mode);
        var settings = new EndpointSettings();
        foreach (var (name, endpoint) in asked?.EndpointsConfig ?? new Dictionary<string, EndpointSettings>())
        {
            string asName = name is "default" ? Network.BridgeName : name;
            if (asName != mode && (network is null || networks.Find(asName)?.Id != network.Id))
                throw new FaultException(FaultKind.NotSupported,
                    $"not supported by this engine: NetworkingConfig.EndpointsConfig '{name}' beside network mode '{host.NetworkMode}': a container joins one network");
            if (endpoint?.IpamConfig?.IPv4Address is { Length: > 0 } && (mode is Network.BridgeName or Network.HostName or Network.NoneName))
                throw new FaultException(FaultKind.InvalidArgument,
                    $"invalid config for network {mode}: invalid endpoint settings:\nuser specified IP address is supported on user defined networks only");
            if (endpoint is not null)
                settings = Validate(endpoint);
        }
        if (config.MacAddress is { Length: > 0 } address && settings.MacAddress.Length == 0)
            settings = settings with { MacAddress = address };
        return new Dictionary<string, EndpointSettings> { [network?.Name ?? mode] = settings with { NetworkID = network?.Id ?? "" } };
    }

    /// <summary>The container whose network is shared (<c>--network container:x</c>), or null.</summary>
    public static string? SharedContainer(HostConfig host) =>
        host.NetworkMode.StartsWith(ContainerPrefix, StringComparison.Ordinal) ? host.NetworkMode[ContainerPrefix.Length..] : null;

    private static EndpointSettings Validate(EndpointSettings endpoint)
    {
        if (endpoint.Links is { Count: > 0 })
            throw Refused("Links");
        if (endpoint.Aliases is { Count: > 0 })
            throw Refused("Aliases");
        if (endpoint.DriverOpts is { Count: > 0 })
            throw Refused("DriverOpts");
        if (endpoint.IpamConfig is { IPv6Address.Length: > 0 } or { LinkLocalIPs.Count: > 0 })
            throw Refused("IPAMConfig.IPv6Address");
        if (endpoint.IpamConfig?.IPv4Address is { } address && !IPAddress.TryParse(address, out _))
            throw new FaultException(FaultKind.InvalidArgument, $"invalid IPv4 address: {address}");
        return endpoint;
    }

    private static FaultException Refused(string field) =>
        new(FaultKind.NotSupported, $"not supported by this engine: NetworkingConfig.EndpointsConfig.{field}");
}
