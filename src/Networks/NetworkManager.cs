namespace Sampan.Networks;

/// <summary>The networks of one daemon: bridge, host and none, their addresses and published ports.
/// Thread-safe: one lock guards the leases and is held over the kernel calls, which take about a millisecond.</summary>
public sealed class NetworkManager
{
    public IReadOnlyList<Network> List() => throw new NotImplementedException();

    /// <summary>By name, id, or unique id prefix.</summary>
    public Network? Find(string nameOrId) => throw new NotImplementedException();

    /// <summary>The leases of a network, or all.</summary>
    public IReadOnlyList<EndpointLease> Leases(string? networkId = null) => throw new NotImplementedException();

    /// <summary>The lease a container holds, or null.</summary>
    public EndpointLease? FindLease(string containerId) => throw new NotImplementedException();

    public EndpointLease Reserve(EndpointRequest request) => throw new NotImplementedException();

    public NetworkSandbox CreateSandbox() => throw new NotImplementedException();

    public void Connect(EndpointLease lease, NetworkSandbox sandbox) => throw new NotImplementedException();

    public void Release(EndpointLease lease) => throw new NotImplementedException();

    public void Reconcile(IReadOnlySet<string> liveContainers) => throw new NotImplementedException();
}
