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

    internal ExecAttachment(ExecSession session, ExecCreateRequest request, bool raw, ExecStarter starter) =>
        (_session, _request, Raw, _starter) = (session, request, raw, starter);

    /// <summary>The client reads bytes as they are, not frames. Its start request says so, whether the process has a terminal or not.</summary>
    public bool Raw { get; }

    /// <summary>Starts the process and carries bytes until it has ended or the client has left.</summary>
    /// <exception cref="FaultException">The start failed; the exit code is in the inspect document.</exception>
    public async Task RunAsync(Stream client, CancellationToken ct)
    {
        var process = await _starter.StartAttachedAsync(_session, _request, ct).ConfigureAwait(false);
        var keys = _request.Tty && _request.AttachStdin ? DetachKeys.Parse(_request.DetachKeys) : null;
        var form = Raw == _request.Tty ? StreamForm.AsItIs : Raw ? StreamForm.Unframed : StreamForm.Framed;
        if (await StreamPump.RunAsync(client, process, _request.AttachStdin, keys, ct, form).ConfigureAwait(false) == PumpEnd.ProcessEnded)
            // The CLI asks for the exit code as soon as the stream ends; the shim's answer to Wait is on its way.
            await Task.WhenAny(_session.WhenEnded, Task.Delay(ExitPatience, ct)).ConfigureAwait(false);
    }
}
