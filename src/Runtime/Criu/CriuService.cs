using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Linux.Sockets;

namespace Sampan.Runtime.Criu;

/// <summary>One run of criu that takes its request from a socket: "criu swrk FD". It opens files by the numbers of our descriptors,
/// but those that it shall pass on are its own.</summary>
internal sealed class CriuService : IDisposable
{
    /// <summary>The number of the socket in criu; what it inherits besides comes after.</summary>
    internal const int Socket = 3, FirstInherited = 4;
    private const int LongestMessage = 64 * 1024;
    private readonly SafeFileHandle _socket;
    private readonly ChildProcess _process;
    private bool _reaped;

    private CriuService(SafeFileHandle socket, ChildProcess process) => (_socket, _process) = (socket, process);

    internal int Pid => _process.Pid;

    /// <param name="descriptors">By their numbers in criu: standard streams, and those from <see cref="FirstInherited"/> on.</param>
    /// <exception cref="LinuxException">posix_spawn(3).</exception>
    internal static CriuService Start(string path, IReadOnlyDictionary<int, SafeFileHandle>? descriptors = null)
    {
        (SafeFileHandle ours, SafeFileHandle theirs) = UnixMessage.Pair();
        using (theirs)
        {
            Dictionary<int, SafeFileHandle> all = new(descriptors ?? new Dictionary<int, SafeFileHandle>()) { [Socket] = theirs };
            return new(ours, Spawn.Start(new SpawnOptions { Path = path, Arguments = ["criu", "swrk", $"{Socket}"], Descriptors = all }));
        }
    }

    /// <exception cref="FaultException">Internal: criu has ended.</exception>
    internal void Send(ReadOnlySpan<byte> message)
    {
        if (!UnixMessage.TrySend(_socket, message, null)) throw Ended();
    }

    /// <param name="descriptor">The one that came along.</param>
    /// <exception cref="FaultException">Internal: criu failed, in runc's words, or has ended without an answer.</exception>
    internal CriuResponse Receive(out SafeFileHandle? descriptor)
    {
        byte[] buffer = new byte[LongestMessage];
        int length = ReceiveMessage(buffer, out descriptor);
        if (length == 0) throw Ended();
        CriuResponse response = CriuResponse.Decode(buffer.AsSpan(0, length));
        if (response.Success) return response;
        descriptor?.Dispose();
        throw new FaultException(FaultKind.Internal, $"criu failed: type {response.Type.Name()} errno {response.Errno}");
    }

    /// <returns>0: criu has ended.</returns>
    private int ReceiveMessage(Span<byte> buffer, out SafeFileHandle? descriptor)
    {
        try
        {
            return UnixMessage.Receive(_socket, buffer, out descriptor);
        }
        catch (LinuxException e) when (e.Errno == Errno.ECONNRESET)   // it ended before it read the request: unix(7)
        {
            descriptor = null;
            return 0;
        }
    }

    /// <summary>The answer to a request that has no moments on the way.</summary>
    /// <inheritdoc cref="Receive"/>
    internal CriuResponse ReceiveEnd(CriuRequestType type)
    {
        CriuResponse response = Receive(out SafeFileHandle? descriptor);
        descriptor?.Dispose();
        return response.Type == type ? response : throw new FaultException(FaultKind.Internal, $"criu answered {response.Type.Name()} to {type.Name()}");
    }

    /// <summary>Nothing more will be asked: waits until it has ended.</summary>
    internal ExitStatus Finish()
    {
        StreamSocket.CloseWrite(_socket);
        _reaped = true;
        return _process.Wait();
    }

    public void Dispose()
    {
        _socket.Dispose();
        if (!_reaped) _process.Wait();
        _process.Dispose();
    }

    private FaultException Ended() => new(FaultKind.Internal, $"criu ended without an answer: {Finish().Text}");
}
