using Sampan.EngineClient.Http;
using Sampan.Specs.Docker;
using static Sampan.EngineClient.Http.EngineTransportJson;

namespace Sampan.EngineClient;

/// <summary>/volumes of the Engine API.</summary>
public sealed class VolumeCalls
{
    private readonly EngineTransport _transport;

    internal VolumeCalls(EngineTransport transport) => _transport = transport;

    public Task<VolumeListResponse> ListAsync(Filters filters, CancellationToken ct) =>
        _transport.GetAsync(new("GET", "/volumes") { Query = new Query().Add("filters", filters.ToJson()) }, DockerJson.Wire.VolumeListResponse, ct);

    /// <summary>The document as the engine sent it.</summary>
    public Task<byte[]> InspectRawAsync(string volume, CancellationToken ct) =>
        _transport.ReadRawAsync(new("GET", $"/volumes/{Segment(volume)}"), ct);

    public Task<Volume> CreateAsync(VolumeCreateRequest volume, CancellationToken ct) =>
        _transport.GetAsync(new EngineRequest("POST", "/volumes/create").With(volume, DockerJson.Wire.VolumeCreateRequest), DockerJson.Wire.Volume, ct);

    public Task RemoveAsync(string volume, bool force, CancellationToken ct) =>
        _transport.CallAsync(new("DELETE", $"/volumes/{Segment(volume)}") { Query = new Query().Add("force", force) }, ct);

    /// <summary>Removes those that no container uses.</summary>
    public Task<VolumesPruneReport> PruneAsync(Filters filters, CancellationToken ct) =>
        _transport.GetAsync(new("POST", "/volumes/prune") { Query = new Query().Add("filters", filters.ToJson()) }, DockerJson.Wire.VolumesPruneReport, ct);
}
