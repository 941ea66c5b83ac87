using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>The NetworkSettings part of a container's inspect document.</summary>
public sealed record ContainerNetworkSettings
{
    public string Bridge { get; init => field = value ?? ""; } = "";
    public string SandboxID { get; init => field = value ?? ""; } = "";

    /// <summary>Path of the network namespace.</summary>
    public string SandboxKey { get; init => field = value ?? ""; } = "";

    /// <summary>Exposed ports with their bindings; null bindings mean exposed only. {} when there are none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<PortBinding>?>? Ports { get; init; }
    public bool HairpinMode { get; init; }
    public string LinkLocalIPv6Address { get; init => field = value ?? ""; } = "";
    public int LinkLocalIPv6PrefixLen { get; init; }
    public IReadOnlyList<NetworkAddress>? SecondaryIPAddresses { get; init; }
    public IReadOnlyList<NetworkAddress>? SecondaryIPv6Addresses { get; init; }

    /// <summary>This and the next seven repeat the endpoint in the default bridge network.</summary>
    public string EndpointID { get; init => field = value ?? ""; } = "";
    public string Gateway { get; init => field = value ?? ""; } = "";
    public string GlobalIPv6Address { get; init => field = value ?? ""; } = "";
    public int GlobalIPv6PrefixLen { get; init; }
    public string IPAddress { get; init => field = value ?? ""; } = "";
    public int IPPrefixLen { get; init; }
    public string IPv6Gateway { get; init => field = value ?? ""; } = "";
    public string MacAddress { get; init => field = value ?? ""; } = "";
    public IReadOnlyDictionary<string, EndpointSettings>? Networks { get; init; }
}

/// <summary>An address and its prefix length.</summary>
public sealed record NetworkAddress
{
    public string Addr { get; init => field = value ?? ""; } = "";
    public int PrefixLen { get; init; }
}
