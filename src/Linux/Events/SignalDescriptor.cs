using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux.Events;

/// <summary>Signals that arrive as readable data instead of by a handler. They must be blocked in every thread, which only whoever
/// starts the program can see to (<see cref="SpawnOptions.BlockedSignals"/>): the runtime's own threads start before Main.</summary>
public sealed unsafe class SignalDescriptor : IDisposable
{
    private const int RecordSize = 128;

    /// <exception cref="LinuxException">signalfd(2).</exception>
    public SignalDescriptor(params ReadOnlySpan<int> signals)
    {
        byte* set = stackalloc byte[Spawn.SignalSetSize];
        Fill(set, signals);
        int fd = Libc.signalfd(-1, set, Libc.SFD_NONBLOCK | Libc.SFD_CLOEXEC);
        if (fd < 0) throw LinuxException.FromLastError("signalfd", "cannot watch for signals");
        Handle = new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>Readable while a signal is pending.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Takes one pending signal; 0 when there is none.</summary>
    public int Take()
    {
        byte* record = stackalloc byte[RecordSize];
        return Libc.read(Handle.Fd(), record, RecordSize) == RecordSize ? *(int*)record : 0;
    }

    public void Dispose() => Handle.Dispose();

    /// <summary>True when the calling thread blocks all of them.</summary>
    public static bool AreBlocked(params ReadOnlySpan<int> signals)
    {
        byte* set = stackalloc byte[Spawn.SignalSetSize];
        Libc.pthread_sigmask(Libc.SIG_BLOCK, null, set);
        foreach (int signal in signals)
            if (Libc.sigismember(set, signal) != 1) return false;
        return true;
    }

    internal static void SetBlocked(ReadOnlySpan<int> signals, bool blocked)
    {
        byte* set = stackalloc byte[Spawn.SignalSetSize];
        Fill(set, signals);
        Libc.pthread_sigmask(blocked ? Libc.SIG_BLOCK : Libc.SIG_UNBLOCK, set, null);
    }

    private static void Fill(byte* set, ReadOnlySpan<int> signals)
    {
        Libc.sigemptyset(set);
        foreach (int signal in signals) Libc.sigaddset(set, signal);
    }
}
