using Sampan.EngineClient.Http;
using Sampan.Specs.Docker;
using static Sampan.EngineClient.Http.EngineTransportJson;

namespace Sampan.EngineClient;

/// <summary>/networks of the Engine API.</summary>
public sealed class NetworkCalls
{
    private readonly EngineTransport _transport;

    internal NetworkCalls(EngineTransport transport) => _transport = transport;

    public Task<IReadOnlyList<NetworkInspect>> ListAsync(Filters filters, CancellationToken ct) =>
        _transport.GetAsync(new("GET", "/networks") { Query = new Query().Add("filters", filters.ToJson()) }, DockerJson.Wire.IReadOnlyListNetworkInspect, ct);

    /// <summary>The document as the engine sent it.</summary>
    public Task<byte[]> InspectRawAsync(string network, CancellationToken ct) =>
        _transport.ReadRawAsync(new("GET", $"/networks/{Segment(network)}"), ct);

    public Task<NetworkCreateResponse> CreateAsync(NetworkCreateRequest network, CancellationToken ct) =>
        _transport.GetAsync(new EngineRequest("POST", "/networks/create").With(network, DockerJson.Wire.NetworkCreateRequest), DockerJson.Wire.NetworkCreateResponse, ct);

    public Task RemoveAsync(string network, CancellationToken ct) => _transport.CallAsync(new("DELETE", $"/networks/{Segment(network)}"), ct);

    public Task ConnectAsync(string network, NetworkConnectRequest request, CancellationToken ct) =>
        _transport.CallAsync(new EngineRequest("POST", $"/networks/{Segment(network)}/connect").With(request, DockerJson.Wire.NetworkConnectRequest), ct);

    public Task DisconnectAsync(string network, NetworkDisconnectRequest request, CancellationToken ct) =>
        _transport.CallAsync(new EngineRequest("POST", $"/networks/{Segment(network)}/disconnect").With(request, DockerJson.Wire.NetworkDisconnectRequest), ct);

    /// <summary>Removes those that no container uses.</summary>
    public Task<NetworksPruneReport> PruneAsync(Filters filters, CancellationToken ct) =>
        _transport.GetAsync(new("POST", "/networks/prune") { Query = new Query().Add("filters", filters.ToJson()) }, DockerJson.Wire.NetworksPruneReport, ct);
}
