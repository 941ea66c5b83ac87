using System.Runtime.ExceptionServices;

namespace Sampan.Snapshots;

/// <summary>Directories that no document names any more, until somebody has the time to remove them.</summary>
internal sealed class ForgottenDirectories(Action<int> remove)
{
    private readonly object _gate = new();   // guards those below; pulsed when nothing is in removal any more
    private readonly Queue<int> _waiting = [];
    private int _inRemoval;

    internal void Add(int directory)
    {
        lock (_gate) _waiting.Enqueue(directory);
    }

    /// <summary>Returns when all that were added before, by anybody, are gone. Several threads: unlinking waits for locks and the journal of the file system more than for a processor.</summary>
    internal void Empty()
    {
        ExceptionDispatchInfo? failure = null;
        Thread[] helpers;
        lock (_gate) helpers = new Thread[Math.Clamp(_waiting.Count - 1, 0, Math.Max(1, Environment.ProcessorCount - 1))];
        for (int i = 0; i < helpers.Length; i++)
        {
            helpers[i] = new Thread(Work) { IsBackground = true, Name = "snapshot removal" };
            helpers[i].Start();
        }
        Work();
        foreach (Thread helper in helpers) helper.Join();
        lock (_gate)
        {
            while (_inRemoval > 0) Monitor.Wait(_gate);
        }
        failure?.Throw();

        void Work()
        {
            while (TryTake(out int directory))
            {
                try
                {
                    remove(directory);
                }
                catch (Exception e)
                {
                    failure = ExceptionDispatchInfo.Capture(e);   // the others go all the same
                }
                finally
                {
                    Finish();
                }
            }
        }
    }

    private bool TryTake(out int directory)
    {
        lock (_gate)
        {
            if (!_waiting.TryDequeue(out directory)) return false;
            _inRemoval++;
            return true;
        }
    }

    private void Finish()
    {
        lock (_gate)
        {
            if (--_inRemoval == 0) Monitor.PulseAll(_gate);
        }
    }
}
