using Sampan.EngineApi.Listen;

namespace Sampan.EngineApi.Streams;

/// <summary>Work on a hijacked connection: there is no status code any more, so a client that leaves is an end like any other.</summary>
internal static class HijackedWork
{
    internal static async Task RunAsync(HijackedStream stream, CancellationToken aborted, Func<CancellationToken, Task> work)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(aborted, stream.Gone);
        try
        {
            await work(ended.Token);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The client has gone or the daemon stops.
        }
    }
}
