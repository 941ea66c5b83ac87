using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.EngineClient;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Cli.Engines;

/// <summary>Starts `sampan daemon` in a session of its own when nobody listens on the default socket, and waits until it answers.</summary>
/// <param name="folder">The daemon's exec-root: its log goes there.</param>
internal sealed class DaemonStarter(string folder)
{
    private const int LogTailBytes = 2048;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    /// <summary>When ours has ended, another client's daemon may be the one that won: it gets this long to listen.</summary>
    private static readonly TimeSpan PatienceAfterExit = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(1);

    private string LogPath => Path.Combine(folder, "daemon.log");

    /// <exception cref="FaultException">Unavailable: it ended, or did not listen in time; the message has the end of its log.</exception>
    public async Task StartAsync(EngineAddress address, CancellationToken ct)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        long logStart;
        ChildProcess daemon;
        // Appending by the kernel: what several daemons and starters write at once stays whole.
        using (var log = Files.Open(LogPath, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Append, mode: 0x1A0 /* 0640 */))
        {
            logStart = (long)Files.Stat(log).Size;
            daemon = Spawn.Start(new SpawnOptions
            {
                Path = Environment.ProcessPath!,
                Arguments = ["sampan", "daemon", "-H", address.Text, "--pidfile", Path.Combine(folder, "sampan.pid")],
                WorkingDirectory = "/",
                NewSession = true,
                Descriptors = new Dictionary<int, SafeFileHandle> { [1] = log, [2] = log },
            });
        }
        using (daemon) await WaitUntilListeningAsync(address, daemon, logStart, ct);
    }

    private async Task WaitUntilListeningAsync(EngineAddress address, ChildProcess daemon, long logStart, CancellationToken ct)
    {
        long started = Stopwatch.GetTimestamp();
        long? ended = null;
        while (!await ListensAsync(address, ct))
        {
            if (ended is null && daemon.TryReap() is not null) ended = Stopwatch.GetTimestamp();
            if (ended is { } at && Stopwatch.GetElapsedTime(at) > PatienceAfterExit)
                throw Failure("the daemon ended before it listened", logStart);
            if (Stopwatch.GetElapsedTime(started) > Patience)
                throw Failure($"the daemon did not listen within {Patience.TotalSeconds} s", logStart);
            await Task.Delay(BetweenTries, ct);
        }
    }

    private static async Task<bool> ListensAsync(EngineAddress address, CancellationToken ct)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(address.SocketPath!), ct);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private FaultException Failure(string what, long logStart)
    {
        using var log = File.OpenHandle(LogPath, share: FileShare.ReadWrite);
        long length = RandomAccess.GetLength(log), from = Math.Max(logStart, length - LogTailBytes);
        byte[] tail = new byte[length - from];
        int count = RandomAccess.Read(log, tail, from);
        string said = Encoding.UTF8.GetString(tail, 0, count).Trim();
        return new FaultException(FaultKind.Unavailable,
            $"cannot start the engine: {what}; its log '{LogPath}' {(said.Length == 0 ? "is empty" : "ends with:\n" + said)}");
    }
}
