using System.Net;

namespace Sampan.Networks;

/// <summary>What the daemon was told about networks; names and defaults are dockerd's flags.</summary>
public sealed record NetworkOptions
{
    /// <summary>Where network documents and leases live: <c>&lt;data-root&gt;/networks</c>.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>--bridge: the default bridge's interface; "none" switches container networking on it off.</summary>
    public string Bridge { get; init; } = "docker0";

    /// <summary>--bip: address and prefix of that interface, "172.17.0.1/16" when null and free.</summary>
    public string? BridgeAddress { get; init; }

    /// <summary>--fixed-cidr: the part of the bridge's subnet that containers get addresses of.</summary>
    public IPNetwork? FixedCidr { get; init; }

    /// <summary>--mtu, bytes; 0 leaves the kernel's 1500.</summary>
    public int Mtu { get; init; }

    /// <summary>--ip: the host address that published ports without one bind to.</summary>
    public IPAddress DefaultBindAddress { get; init; } = IPAddress.Any;

    /// <summary>--ip-forward: switches net.ipv4.ip_forward on.</summary>
    public bool IpForward { get; init; } = true;

    /// <summary>--ip-masq: outgoing traffic of containers takes the host's address.</summary>
    public bool IpMasquerade { get; init; } = true;

    /// <summary>--icc: containers of the default bridge reach each other.</summary>
    public bool InterContainerCommunication { get; init; } = true;
}
