using System.Runtime.InteropServices;
using Sampan.Faults;

namespace Sampan.Cli.Streams;

/// <summary>Signals sent to us go on to the container (--sig-proxy), and do not end us.</summary>
internal sealed class SignalForwarder : IDisposable
{
    // signal(7), x86 and ARM numbers; what cannot be caught or is the terminal's own business is not here.
    private static readonly (PosixSignal Signal, string Name)[] Forwarded =
    [
        (PosixSignal.SIGHUP, "HUP"), (PosixSignal.SIGINT, "INT"), (PosixSignal.SIGQUIT, "QUIT"), (PosixSignal.SIGTERM, "TERM"),
        (PosixSignal.SIGCONT, "CONT"), (PosixSignal.SIGTSTP, "TSTP"), ((PosixSignal)10, "USR1"), ((PosixSignal)12, "USR2"), ((PosixSignal)14, "ALRM"),
    ];
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Func<string, Task> _kill;

    /// <param name="kill">Sends a signal, by its name without SIG.</param>
    public SignalForwarder(Func<string, Task> kill)
    {
        _kill = kill;
        foreach (var (signal, name) in Forwarded)
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                _ = ForwardAsync(name);
            }));
        }
    }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
    }

    private async Task ForwardAsync(string name)
    {
        try
        {
            await _kill(name);
        }
        catch (FaultException)
        {
            // Not running yet or no more: there is nobody to signal.
        }
    }
}
