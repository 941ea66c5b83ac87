using Sampan.EngineClient.Http;
using Sampan.Faults;

namespace Sampan.EngineClient;

/// <summary>A client of the Docker Engine API, of our engine or of any other that serves it. Safe for concurrent use:
/// each request has a connection of its own while it lasts.</summary>
/// <remarks>Every call throws <see cref="EngineException"/> when the engine refuses (with the engine's own message) and
/// <see cref="FaultException"/> Unavailable when there is no engine to ask.</remarks>
public sealed class EngineApiClient : IDisposable
{
    /// <summary>The newest version of the API this client speaks.</summary>
    public const string NewestApiVersion = "1.51";
    private readonly EngineTransport _transport;

    /// <param name="apiVersion">Fixes the version of every request; null leaves it to <see cref="NegotiateAsync"/>.</param>
    public EngineApiClient(EngineAddress address, string? apiVersion = null)
    {
        _transport = new EngineTransport(address, apiVersion ?? "");
        Containers = new ContainerCalls(_transport);
        Execs = new ExecCalls(_transport);
        Images = new ImageCalls(_transport);
        Networks = new NetworkCalls(_transport);
        Volumes = new VolumeCalls(_transport);
        System = new SystemCalls(_transport);
    }

    public ContainerCalls Containers { get; }

    public ExecCalls Execs { get; }

    public ImageCalls Images { get; }

    public NetworkCalls Networks { get; }

    public VolumeCalls Volumes { get; }

    public SystemCalls System { get; }

    /// <summary>Version of the API in use: fixed, negotiated, or empty before that.</summary>
    public string ApiVersion => _transport.Version;

    /// <summary>Settles on the lower of the engine's version and ours, unless one was fixed.</summary>
    public async Task NegotiateAsync(CancellationToken ct)
    {
        if (ApiVersion.Length > 0) return;
        string offered = await System.PingAsync(ct);
        _transport.Version = Version.TryParse(offered, out var theirs) && theirs < Version.Parse(NewestApiVersion) ? offered : NewestApiVersion;
    }

    public void Dispose() => _transport.Dispose();
}
