namespace Sampan.EngineApi.Streams;

/// <summary>Work on a hijacked connection: there is no status code any more, so a client that leaves is an end like any other.</summary>
internal static class HijackedWork
{
    internal static async Task RunAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The client has gone or the daemon stops.
        }
    }
}
