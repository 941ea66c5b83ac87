using Sampan.EngineClient.Http;
using Sampan.Specs.Docker;
using static Sampan.EngineClient.Http.EngineTransportJson;

namespace Sampan.EngineClient;

/// <summary>/exec of the Engine API.</summary>
public sealed class ExecCalls
{
    private readonly EngineTransport _transport;

    internal ExecCalls(EngineTransport transport) => _transport = transport;

    /// <returns>The exec's id; nothing runs yet.</returns>
    public async Task<string> CreateAsync(string container, ExecCreateRequest exec, CancellationToken ct) =>
        (await _transport.GetAsync(new EngineRequest("POST", $"/containers/{Segment(container)}/exec").With(exec, DockerJson.Wire.ExecCreateRequest),
            DockerJson.Wire.IdResponse, ct)).Id;

    public Task StartDetachedAsync(string exec, ExecStartRequest start, CancellationToken ct) =>
        _transport.CallAsync(new EngineRequest("POST", $"/exec/{Segment(exec)}/start").With(start with { Detach = true }, DockerJson.Wire.ExecStartRequest), ct);

    public Task<HijackedStream> StartAsync(string exec, ExecStartRequest start, CancellationToken ct) =>
        _transport.HijackAsync(new EngineRequest("POST", $"/exec/{Segment(exec)}/start").With(start, DockerJson.Wire.ExecStartRequest), ct);

    public Task<ExecInspect> InspectAsync(string exec, CancellationToken ct) =>
        _transport.GetAsync(new("GET", $"/exec/{Segment(exec)}/json"), DockerJson.Wire.ExecInspect, ct);

    public Task ResizeAsync(string exec, int rows, int columns, CancellationToken ct) =>
        _transport.CallAsync(new("POST", $"/exec/{Segment(exec)}/resize") { Query = new Query().Add("h", rows).Add("w", columns) }, ct);
}
