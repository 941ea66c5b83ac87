using Sampan.Linux;

namespace Sampan.Engine.Logs;

/// <summary>Reads a rotated json-file log from its start or its tail, and follows it over rotations.</summary>
internal sealed class LogReader(string path, ContainerLogOptions options) : IDisposable
{
    private readonly LineBlock _block = new();
    private FileStream? _current;
    private long _offset;

    /// <summary>Writes what is there now.</summary>
    public async Task ReadAsync(LogWriter writer, CancellationToken ct)
    {
        var files = LogFiles.OpenAll(path);
        try
        {
            var (first, offset) = options.Tail is { } tail ? LogTail.Find(files, tail) : (0, 0);
            for (int i = Math.Max(first, 0); i < files.Count && !writer.IsPastUntil; i++)
            {
                _current = files[i];
                _offset = i == first ? offset : 0;
                _block.Clear();
                await DrainAsync(writer, ct).ConfigureAwait(false);
            }
        }
        finally
        {
            foreach (var file in files)
                if (file != _current)
                    file.Dispose();
        }
        await writer.FlushAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Goes on with what is appended until <paramref name="ended"/> is done and everything before it is written.</summary>
    public async Task FollowAsync(LogWriter writer, Task ended, CancellationToken ct)
    {
        using var signal = new LogSignal(path);
        while (!writer.IsPastUntil)
        {
            bool last = ended.IsCompleted;   // looked at before the drain: what was written before the end is read
            await DrainAsync(writer, ct).ConfigureAwait(false);
            while (OpenNext())
                await DrainAsync(writer, ct).ConfigureAwait(false);
            await writer.FlushAsync(ct).ConfigureAwait(false);
            if (last)
                return;
            await Task.WhenAny(signal.WaitAsync(), ended).WaitAsync(ct).ConfigureAwait(false);
        }
    }

    private async Task DrainAsync(LogWriter writer, CancellationToken ct)
    {
        if (_current is null)
            return;
        int read;
        while (!writer.IsPastUntil && (read = _block.Fill(_current, _offset)) > 0)
        {
            _offset += read;
            TakeLines(writer);
            if (writer.NeedsFlush)
                await writer.FlushAsync(ct).ConfigureAwait(false);
        }
    }

    private void TakeLines(LogWriter writer)
    {
        while (_block.TryTake(out var line))
            writer.Add(line);
    }

    /// <summary>After a rotation the path names another file. The one we hold is drained; go to the oldest newer one.</summary>
    private bool OpenNext()
    {
        var files = LogFiles.OpenAll(path);
        int at = _current is null ? -1 : files.FindIndex(file => IsSame(file, _current));
        FileStream? next = at + 1 < files.Count ? files[at + 1] : null;
        foreach (var file in files)
            if (file != next)
                file.Dispose();
        if (next is null)
            return false;
        _current?.Dispose();
        (_current, _offset) = (next, 0);
        _block.Clear();
        return true;
    }

    private static bool IsSame(FileStream left, FileStream right)
    {
        var (a, b) = (Files.Stat(left.SafeFileHandle), Files.Stat(right.SafeFileHandle));
        return (a.Inode, a.DevMajor, a.DevMinor) == (b.Inode, b.DevMajor, b.DevMinor);
    }

    public void Dispose() => _current?.Dispose();
}
