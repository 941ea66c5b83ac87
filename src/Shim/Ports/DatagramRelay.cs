using System.Net;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Events;
using Sampan.Linux.Native;
using Sampan.Linux.Sockets;
using Sampan.Shim.Loop;

namespace Sampan.Shim.Ports;

/// <summary>A published UDP port: datagrams that reach the host's socket itself are relayed, each sender by a socket of its own, so that answers
/// find their way back. A sender that is silent for a while is forgotten.</summary>
internal sealed class DatagramRelay : IDisposable
{
    private const int MaxSenders = 1024;

    /// <summary>docker-proxy forgets a sender after the same time.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(90);

    private readonly EventLoop _loop;
    private readonly SafeFileHandle _socket;
    private readonly IPEndPoint _target;
    private readonly Watch _watch;
    private readonly Dictionary<string, Sender> _senders = [];

    private DatagramRelay(EventLoop loop, SafeFileHandle socket, IPEndPoint target)
    {
        (_loop, _socket, _target) = (loop, socket, target);
        Transfer.MakeNonBlocking(socket);
        _watch = loop.Add(socket, EpollInterest.In, _ => Receive());
    }

    /// <returns>Dispose it to close the socket.</returns>
    public static IDisposable Start(EventLoop loop, SafeFileHandle socket, IPEndPoint target) => new DatagramRelay(loop, socket, target);

    public void Dispose()
    {
        _watch.Dispose();
        _socket.Dispose();
        foreach (var sender in _senders.Values) Close(sender);
        _senders.Clear();
    }

    private void Receive()
    {
        int got = DatagramSocket.Receive(_socket, _loop.Buffer, out byte[] address);
        if (got < 0 || Find(address) is not { } sender) return;
        sender.LastHeard = Environment.TickCount64;
        Transfer.Write(sender.Socket, _loop.Buffer.AsSpan(0, got));
    }

    private Sender? Find(byte[] address)
    {
        string key = Convert.ToHexString(address);
        if (_senders.TryGetValue(key, out var known)) return known;
        if (_senders.Count == 0) _loop.After(Silence, Forget);
        if (_senders.Count >= MaxSenders) return null;
        try
        {
            var sender = new Sender(DatagramSocket.Connect(_target));
            sender.Watch = _loop.Add(sender.Socket, EpollInterest.In, _ => Answer(sender, address));
            return _senders[key] = sender;
        }
        catch (LinuxException)
        {
            return null; // the container is not reachable: its datagrams are lost, as datagrams may be
        }
    }

    private void Answer(Sender sender, byte[] address)
    {
        int got = Transfer.Read(sender.Socket, _loop.Buffer);
        if (got < 0) return; // ECONNREFUSED was taken by reading it
        sender.LastHeard = Environment.TickCount64;
        DatagramSocket.SendTo(_socket, _loop.Buffer.AsSpan(0, got), address);
    }

    private void Forget()
    {
        long limit = Environment.TickCount64 - (long)Silence.TotalMilliseconds;
        foreach (var (key, sender) in _senders) // which bears removing
        {
            if (sender.LastHeard > limit) continue;
            Close(sender);
            _senders.Remove(key);
        }
        if (_senders.Count > 0) _loop.After(Silence, Forget);
    }

    private static void Close(Sender sender)
    {
        sender.Watch.Dispose();
        sender.Socket.Dispose();
    }

    private sealed class Sender(SafeFileHandle socket)
    {
        public SafeFileHandle Socket { get; } = socket;
        public Watch Watch { get; set; } = null!; // set where it is made
        public long LastHeard { get; set; }
    }
}
