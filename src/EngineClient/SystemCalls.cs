using Sampan.EngineClient.Http;
using Sampan.Specs.Docker;

namespace Sampan.EngineClient;

/// <summary>/_ping, /version, /info and /events of the Engine API.</summary>
public sealed class SystemCalls
{
    private readonly EngineTransport _transport;

    internal SystemCalls(EngineTransport transport) => _transport = transport;

    /// <returns>The newest API version of the engine; empty when it does not say.</returns>
    public async Task<string> PingAsync(CancellationToken ct)
    {
        await using var response = await _transport.SendAsync(new("GET", "/_ping"), ct);
        await response.Body.CopyToAsync(Stream.Null, ct);
        return response.Header("Api-Version") ?? "";
    }

    public Task<VersionResponse> VersionAsync(CancellationToken ct) =>
        _transport.GetAsync(new("GET", "/version"), DockerJson.Wire.VersionResponse, ct);

    public Task<SystemInfoResponse> InfoAsync(CancellationToken ct) =>
        _transport.GetAsync(new("GET", "/info"), DockerJson.Wire.SystemInfoResponse, ct);

    /// <summary>Checks credentials with the registry they are for.</summary>
    public Task<AuthResponse> LoginAsync(RegistryAuth auth, CancellationToken ct) =>
        _transport.GetAsync(new EngineRequest("POST", "/auth").With(auth, RegistryAuthJson.Default.RegistryAuth), DockerJson.Wire.AuthResponse, ct);

    public Task<DiskUsageResponse> DiskUsageAsync(CancellationToken ct) =>
        _transport.GetAsync(new("GET", "/system/df"), DockerJson.Wire.DiskUsageResponse, ct);

    /// <summary>What happens, as it happens. Times are Unix seconds with an optional fraction; without an end it goes on until cancelled.</summary>
    public async IAsyncEnumerable<EventMessage> EventsAsync(string? since, string? until, Filters filters,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var response = await _transport.SendAsync(new("GET", "/events")
        {
            Query = new Query().Add("since", since).Add("until", until).Add("filters", filters.ToJson()),
        }, ct);
        await foreach (var message in JsonDocumentStream.ReadAsync(response, DockerJson.Wire.EventMessage, ct)) yield return message;
    }
}
