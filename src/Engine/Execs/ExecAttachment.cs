using Sampan.Engine.Attach;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Execs;

/// <summary>The stream of an exec: its process starts when the stream runs, so that nothing of it is missed.</summary>
public sealed class ExecAttachment
{
    private static readonly TimeSpan ExitPatience = TimeSpan.FromSeconds(2);
    private readonly ExecSession _session;
    private readonly ExecCreateRequest _request;
    private readonly ExecStarter _starter;

    internal ExecAttachment(ExecSession session, ExecCreateRequest request, ExecStarter starter) =>
        (_session, _request, _starter) = (session, request, starter);

    /// <summary>The exec has a terminal: bytes are raw, not framed.</summary>
    public bool Tty => _request.Tty;

    /// <summary>Starts the process and carries bytes until it has ended or the client has left.</summary>
    /// <exception cref="FaultException">The start failed; the exit code is in the inspect document.</exception>
    public async Task RunAsync(Stream client, CancellationToken ct)
    {
        var process = await _starter.StartAttachedAsync(_session, _request, ct).ConfigureAwait(false);
        var keys = Tty && _request.AttachStdin ? DetachKeys.Parse(_request.DetachKeys) : null;
        if (await StreamPump.RunAsync(client, process, _request.AttachStdin, keys, ct).ConfigureAwait(false) == PumpEnd.ProcessEnded)
            // The CLI asks for the exit code as soon as the stream ends; the shim's answer to Wait is on its way.
            await Task.WhenAny(_session.WhenEnded, Task.Delay(ExitPatience, ct)).ConfigureAwait(false);
    }
}
