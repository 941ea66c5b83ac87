namespace Sampan.Engine.Logs;

/// <summary>The answer to one <c>docker logs</c>.</summary>
public sealed class ContainerLogs
{
    private readonly string _path;
    private readonly ContainerLogOptions _options;
    private readonly Task _ended;

    /// <param name="path">The log's current file; it may not exist yet.</param>
    /// <param name="ended">Done when nothing more can be written: the container's process has ended.</param>
    internal ContainerLogs(string path, bool tty, ContainerLogOptions options, Task ended)
    {
        LogWriter.Validate(options);
        (_path, Tty, _options, _ended) = (path, tty, options, ended);
    }

    /// <summary>The container has a terminal: the bytes are raw, not framed.</summary>
    public bool Tty { get; }

    /// <summary>Writes what was asked for; with <see cref="ContainerLogOptions.Follow"/> returns when the container has ended.</summary>
    public async Task WriteAsync(Stream target, CancellationToken ct)
    {
        using var writer = new LogWriter(_options, framed: !Tty, target);
        using var reader = new LogReader(_path, _options);
        await reader.ReadAsync(writer, ct).ConfigureAwait(false);
        if (_options.Follow)
            await reader.FollowAsync(writer, _ended, ct).ConfigureAwait(false);
    }
}
