using Sampan.EngineClient.Http;
using Sampan.Specs.Docker;

namespace Sampan.EngineClient;

/// <summary>A wait that the engine has registered and not answered yet.</summary>
public sealed class ContainerWait : IAsyncDisposable
{
    private readonly EngineResponse _response;

    internal ContainerWait(EngineResponse response) => _response = response;

    /// <summary>Ends when the condition is met. Call it once.</summary>
    public Task<ContainerWaitResponse> ResultAsync(CancellationToken ct) => _response.ReadJsonAsync(DockerJson.Wire.ContainerWaitResponse, ct);

    public ValueTask DisposeAsync() => _response.DisposeAsync();
}
