namespace Sampan.EndToEnd.Tests.Harness;

/// <summary>One engine with the busybox image, shared by the tests of a class.</summary>
public sealed class EngineFixture : IAsyncLifetime
{
    private Engine? _engine;

    public Engine Engine => _engine ?? throw new InvalidOperationException("the engine did not start");

    public async Task InitializeAsync()
    {
        _engine = await Engine.StartAsync();
        await _engine.LoadBusyboxAsync();
    }

    public async Task DisposeAsync()
    {
        if (_engine is not null)
            await _engine.DisposeAsync();
    }
}
