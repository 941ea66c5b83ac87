using System.Runtime.InteropServices;
using Sampan.EngineClient;
using Sampan.Linux.Native;
using Sampan.Linux.Terminals;

namespace Sampan.Cli.Streams;

/// <summary>How a session with a process's stdio ended.</summary>
internal enum StdioEnd { Output, Input, Detached }

/// <summary>Our standard streams joined to those of a process in a container, until it ends or the user leaves.</summary>
internal sealed class StdioSession
{
    private static readonly PosixSignal[] Deadly = [PosixSignal.SIGHUP, PosixSignal.SIGINT, PosixSignal.SIGQUIT];
    private RawMode? _raw;

    public required HijackedStream Connection { get; init; }

    /// <summary>Null when our input does not go in.</summary>
    public Stream? Input { get; init; }

    /// <summary>Null when its output does not come out.</summary>
    public Stream? Output { get; init; }

    public Stream? Error { get; init; }

    /// <summary>True when the process has a terminal: one raw stream, and ours in raw mode.</summary>
    public bool Tty { get; init; }

    /// <summary>Our terminal, when standard input is one.</summary>
    public Terminal? Terminal { get; init; }

    public required DetachKeys DetachKeys { get; init; }

    public async Task<StdioEnd> RunAsync(CancellationToken ct)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        if (Tty && Input is not null) _raw = Terminal?.EnterRawMode();
        var guards = _raw is null ? [] : Deadly.Select(signal => PosixSignalRegistration.Create(signal, _ => _raw.Dispose())).ToList();
        try
        {
            var output = Output is null && Error is null ? null : CopyOutputAsync(ended.Token);
            var input = Input is null ? null : CopyInputAsync(ended.Token);
            if (output is null) return input is null ? StdioEnd.Input : await input;
            if (input is not null && await Task.WhenAny(output, input) == input && await input == StdioEnd.Detached) return StdioEnd.Detached;
            await output;
            return StdioEnd.Output;
        }
        finally
        {
            _raw?.Dispose();
            await ended.CancelAsync();
            foreach (var guard in guards) guard.Dispose();
        }
    }

    private async Task CopyOutputAsync(CancellationToken ct)
    {
        var output = Output ?? Stream.Null;
        if (Tty) await Connection.CopyToAsync(output, ct);
        else await MultiplexedStream.CopyAsync(Connection, output, Error ?? Stream.Null, ct);
        _raw?.Dispose();   // at once: what is printed next is for our own terminal
    }

    private async Task<StdioEnd> CopyInputAsync(CancellationToken ct)
    {
        byte[] buffer = new byte[32 * 1024];
        var passed = new List<byte>();
        try
        {
            while (await Input!.ReadAsync(buffer, ct) is > 0 and var count)
            {
                if (!Tty)
                {
                    await Connection.WriteAsync(buffer.AsMemory(0, count), ct);
                    continue;
                }
                passed.Clear();
                bool detach = DetachKeys.Filter(buffer.AsSpan(0, count), passed);
                await Connection.WriteAsync(passed.ToArray(), ct);
                if (detach) return StdioEnd.Detached;
            }
        }
        catch (Exception closed) when (closed is IOException or System.Net.Sockets.SocketException or LinuxException)
        {
            // The process has closed its input, or our terminal is gone: its output decides what happens next.
        }
        Connection.CloseWrite();
        return StdioEnd.Input;
    }
}
