using Sampan.Engine.Containers;
using Sampan.Engine.Events;
using Sampan.Engine.Logs;
using Sampan.Faults;
using Sampan.ShimClient;

namespace Sampan.Engine.Attach;

/// <summary>One client at a container's stdio. It may come before the process: then it is connected between create and start, and misses nothing.</summary>
public sealed class ContainerAttachment
{
    private readonly Container _container;
    private readonly AttachOptions _options;
    private readonly EventLog _events;
    private readonly DetachKeys? _keys;
    private readonly TaskCompletionSource<AttachStream?> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal ContainerAttachment(Container container, AttachOptions options, EventLog events)
    {
        (_container, _options, _events) = (container, options, events);
        Tty = container.Document.Config.Tty;
        var keys = DetachKeys.Parse(options.DetachKeys);
        _keys = Tty && options.Stdin ? keys : null;
    }

    /// <summary>The container has a terminal: bytes are raw, not framed.</summary>
    public bool Tty { get; }

    /// <summary>Connects to the process, which exists and may not run yet.</summary>
    /// <exception cref="FaultException">The shim refused.</exception>
    internal async Task ConnectAsync(string attachSocket, CancellationToken ct)
    {
        var request = new AttachRequest
        {
            Stdin = _options.Stdin && _container.Document.Config.OpenStdin,
            Stdout = _options.Stdout,
            Stderr = _options.Stderr && !Tty,
        };
        var stream = await AttachClient.ConnectAsync(attachSocket, request, ct).ConfigureAwait(false);
        if (!_stream.TrySetResult(stream))
            await stream.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>There will be no process: the start failed or the container was removed.</summary>
    internal void Abandon() => _stream.TrySetResult(null);

    /// <summary>Carries bytes until the process has ended or the client has left. The end of what the client sends is the end of stdin.</summary>
    public async Task RunAsync(Stream client, CancellationToken ct)
    {
        try
        {
            if (_options.Logs)
                await WriteLogsAsync(client, ct).ConfigureAwait(false);
            if (!_options.Stream || await _stream.Task.WaitAsync(ct).ConfigureAwait(false) is not { } process)
                return;
            bool stdin = _options.Stdin && _container.Document.Config.OpenStdin;
            var form = _options.Unframed && !Tty ? StreamForm.Merged : StreamForm.AsItIs;
            if (await StreamPump.RunAsync(client, process, stdin, _keys, ct, form).ConfigureAwait(false) == PumpEnd.Detached)
                _events.Publish(_container, "detach");
        }
        finally
        {
            _container.RemovePendingAttachment(this);
            if (!_stream.TrySetResult(null) && await _stream.Task.ConfigureAwait(false) is { } open)
                await open.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task WriteLogsAsync(Stream client, CancellationToken ct)
    {
        if (_container.Document.HostConfig.LogConfig.Type == LogDriver.None)
            return;
        var options = new ContainerLogOptions { Stdout = _options.Stdout, Stderr = _options.Stderr };
        await new ContainerLogs(_container.LogPath, Tty || _options.Unframed, options, Task.CompletedTask).WriteAsync(client, ct).ConfigureAwait(false);
    }
}
