using System.Net;

namespace Sampan.Networks;

/// <summary>A network as <c>docker network inspect</c> shows it, without its endpoints.</summary>
public sealed record Network
{
    public const string BridgeName = "bridge", HostName = "host", NoneName = "none";

    /// <summary>64 lowercase hex digits.</summary>
    public required string Id { get; init; }
    public required string Name { get; init; }
    /// <summary>"bridge", "host" or "null".</summary>
    public required string Driver { get; init; }
    public required DateTimeOffset Created { get; init; }
    public string Scope => "local";
    public IReadOnlyList<IpamPool> Pools { get; init; } = [];
    /// <summary>Driver options, such as "com.docker.network.bridge.name".</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    public bool Internal { get; init; }
}

/// <summary>One address range of a network. <see cref="IPRange"/>: where containers' addresses come from, the whole subnet when null.</summary>
public sealed record IpamPool(IPNetwork Subnet, IPAddress Gateway, IPNetwork? IPRange = null);
