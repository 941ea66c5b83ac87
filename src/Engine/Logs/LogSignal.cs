namespace Sampan.Engine.Logs;

/// <summary>Wakes a follower when the log grows or is rotated. inotify(7).</summary>
internal sealed class LogSignal : IDisposable
{
    private readonly FileSystemWatcher _watcher;
    private readonly SemaphoreSlim _changed = new(0, 1);

    public LogSignal(string path)
    {
        _watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!, Path.GetFileName(path))
        {
            NotifyFilter = NotifyFilters.Size | NotifyFilters.LastWrite | NotifyFilters.FileName,
        };
        _watcher.Changed += (_, _) => Set();
        _watcher.Created += (_, _) => Set();
        _watcher.Renamed += (_, _) => Set();
        // More changes than the kernel's queue holds are still a change.
        _watcher.Error += (_, _) => Set();
        _watcher.EnableRaisingEvents = true;
        // What changed between the last read and the watch is found by one more look.
        Set();
    }

    public Task WaitAsync() => _changed.WaitAsync();

    private void Set()
    {
        try
        {
            _changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // A wake-up is pending already.
        }
    }

    public void Dispose() => _watcher.Dispose();
}
