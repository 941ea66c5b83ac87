using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Engine.Logs;

/// <summary>Reads a rotated json-file log from its start or its tail, and follows it over rotations.</summary>
internal sealed class LogReader(string path, ContainerLogOptions options) : IDisposable
{
    private readonly LineBlock _block = new();
    private FileStream? _current;
    private Statx _held;   // what _current was opened from: a compressed file is read from a copy without a name
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
                (_current, _held) = (files[i], Files.Stat(files[i].SafeFileHandle));
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
        while (true)
        {
            var files = LogFiles.List(path);
            int at = _current is null ? -1 : LogFiles.IndexOf(files, _held);
            if (at + 1 >= files.Count)
                return false;
            if (LogFiles.TryOpen(files[at + 1]) is not { } next)
                continue;
            _current?.Dispose();
            (_current, _held, _offset) = (next, files[at + 1].Stat, 0);
            _block.Clear();
            return true;
        }
    }

    public void Dispose() => _current?.Dispose();
}
