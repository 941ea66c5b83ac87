using Sampan.EngineClient;
using Sampan.Faults;

namespace Sampan.Cli.Engines;

/// <summary>Which engine the commands talk to, and how it comes to be there.</summary>
internal sealed class EngineAccess(EngineAddress address, string? apiVersion, DaemonStarter? starter) : IDisposable
{
    private EngineApiClient? _client;

    public EngineAddress Address => address;

    /// <summary>The one client of this command; the engine is started when none listens and the address is our own default.</summary>
    /// <exception cref="FaultException">Unavailable: no engine, and none could be started.</exception>
    public async Task<EngineApiClient> ConnectAsync(CancellationToken ct)
    {
        if (_client is not null) return _client;
        var client = new EngineApiClient(address, apiVersion);
        try
        {
            await client.NegotiateAsync(ct);
        }
        catch (FaultException absent) when (absent.Kind == FaultKind.Unavailable && starter is not null)
        {
            await starter.StartAsync(address, ct);
            await client.NegotiateAsync(ct);
        }
        return _client = client;
    }

    public void Dispose() => _client?.Dispose();
}
