using System.Collections.Concurrent;

namespace Sampan.Images;

/// <summary>The uploads under way: a push that finds its blob on its way to the same repository waits for that, and sends it only when that has failed.</summary>
internal sealed class UploadTable
{
    private readonly ConcurrentDictionary<string, Task> _running = new(StringComparer.Ordinal);

    /// <param name="key">Repository and blob.</param>
    /// <returns>False: another push has sent it.</returns>
    internal async Task<bool> SendAsync(string key, Func<Task> send, CancellationToken ct)
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (_running.GetOrAdd(key, mine.Task) is var running && running != mine.Task)
        {
            await running.WaitAsync(ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ct.ThrowIfCancellationRequested();
            if (running.IsCompletedSuccessfully) return false;
        }
        bool sent = false;
        try
        {
            await send().ConfigureAwait(false);
            return sent = true;
        }
        finally
        {
            // Gone from the table before the others hear of it: they look there again.
            _running.TryRemove(key, out _);
            if (sent) mine.SetResult();
            else mine.SetCanceled(CancellationToken.None);
        }
    }
}
