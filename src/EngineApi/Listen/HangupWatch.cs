using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Sampan.EngineApi.Listen;

/// <summary>Notices that a client which has ended its input has since gone for good: only poll(2) tells a half-close from a close, and a
/// container that writes nothing would hold such a connection for ever.</summary>
internal sealed partial class HangupWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _gone = new();
    private readonly Socket? _socket;
    private Timer? _timer;

    internal HangupWatch(Socket? socket) => _socket = socket;

    internal CancellationToken Gone => _gone.Token;

    internal void Start()
    {
        if (_socket is not null) _timer ??= new Timer(static state => ((HangupWatch)state!).Look(), this, Interval, Interval);
    }

    private void Look()
    {
        bool held = false;
        var handle = _socket!.SafeHandle;
        try
        {
            handle.DangerousAddRef(ref held); // the number stays ours while poll(2) looks at it
            var descriptor = new PollDescriptor { Descriptor = (int)handle.DangerousGetHandle(), Events = 0 };
            if (Poll(ref descriptor, 1, 0) > 0 && (descriptor.Returned & (PollDescriptor.HangUp | PollDescriptor.Error)) != 0) _gone.Cancel();
        }
        catch (ObjectDisposedException)
        {
            _gone.Cancel();
        }
        finally
        {
            if (held) handle.DangerousRelease();
        }
    }

    public void Dispose() => _timer?.Dispose();

    /// <summary>struct pollfd, poll(2).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        internal const short Error = 0x8, HangUp = 0x10;
        internal int Descriptor;
        internal short Events;
        internal short Returned;
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollDescriptor descriptors, nuint count, int timeoutMilliseconds);
}
