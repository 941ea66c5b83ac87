using Sampan.Faults;
using Sampan.ShimClient;

namespace Sampan.Engine.Containers.Start;

/// <summary>Lets a shim go.</summary>
internal static class ShimEnding
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The container's process has ended: what is left of it is removed and the shim ends.</summary>
    /// <param name="untilGone">Wait for the end of the shim itself: it holds the sockets of published ports until then.</param>
    public static async Task AfterExitAsync(TaskClient client, bool untilGone)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await client.DeleteAsync("", patience.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is FaultException or OperationCanceledException)
        {
            // A shim that has gone by itself has removed its container before.
        }
        await ShutdownAsync(client, untilGone, patience.Token).ConfigureAwait(false);
    }

    /// <summary>Whatever state the container is in: it is killed, removed, and the shim ends.</summary>
    public static async Task ForceAsync(TaskClient client)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await client.KillAsync("", Signal.Kill, all: true, patience.Token).ConfigureAwait(false);
            await client.WaitAsync("", patience.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is FaultException or OperationCanceledException)
        {
            // Nothing was created, or it has ended already.
        }
        await AfterExitAsync(client, untilGone: true).ConfigureAwait(false);
    }

    private static async Task ShutdownAsync(TaskClient client, bool untilGone, CancellationToken ct)
    {
        try
        {
            await client.ShutdownAsync(ct).ConfigureAwait(false);
            // The connection is the last thing that the kernel closes of the shim: its listeners have lower numbers.
            if (untilGone)
                await client.Closed.WaitAsync(ct).ConfigureAwait(false);
        }
        catch (Exception error) when (error is FaultException or OperationCanceledException)
        {
            // Gone is what was asked for.
        }
        await client.DisposeAsync().ConfigureAwait(false);
    }
}
