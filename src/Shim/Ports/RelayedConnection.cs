using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Events;
using Sampan.Linux.Sockets;
using Sampan.Shim.Loop;

namespace Sampan.Shim.Ports;

/// <summary>Two connected sockets; what comes from the one goes to the other, each end of stream on its own.</summary>
internal sealed class RelayedConnection
{
    private readonly EventLoop _loop;
    private readonly Side _client, _container;
    private bool _closed;

    private RelayedConnection(EventLoop loop, SafeFileHandle client, SafeFileHandle container)
    {
        _loop = loop;
        _client = new Side(client);
        _container = new Side(container);
        _client.Watch = loop.Add(client, EpollInterest.Error, events => Ready(_client, _container, events));
        // Writable: the connection to the container is decided.
        _container.Watch = loop.Add(container, EpollInterest.Out, Connected);
        _client.Queue.Drained += () => Want();
        _container.Queue.Drained += () => Want();
    }

    public static void Start(EventLoop loop, SafeFileHandle client, SafeFileHandle container) => _ = new RelayedConnection(loop, client, container);

    private void Connected(EpollInterest events)
    {
        if (_container.IsConnected) Ready(_container, _client, events);
        else if (StreamSocket.TakeError(_container.Socket) != 0) Close();
        else
        {
            _container.IsConnected = true;
            Want();
        }
    }

    private void Ready(Side from, Side to, EpollInterest events)
    {
        if (events.HasFlag(EpollInterest.Out)) from.Queue.Flush();
        if (_closed) return;
        if (events.HasFlag(EpollInterest.Error)) Close();
        else if ((events & (EpollInterest.In | EpollInterest.HangUp)) != 0 && !from.HasEnded && to.Queue.Count == 0) Move(from, to);
        if (!_closed) Want();
    }

    private void Move(Side from, Side to)
    {
        int got = Transfer.Read(from.Socket, _loop.Buffer);
        if (got == Transfer.WouldBlock) return;
        if (got == Transfer.Broken) Close();
        else if (got > 0) to.Queue.Send(_loop.Buffer.AsSpan(0, got));
        else from.HasEnded = true;
    }

    private void Want()
    {
        if (_closed) return;
        PassEnd(_client, _container);
        PassEnd(_container, _client);
        if (_client.Queue.IsBroken || _container.Queue.IsBroken || (_client.EndPassed && _container.EndPassed)) Close();
        else if (_container.IsConnected)
        {
            _client.Watch.Want(Interest(_client, _container));
            _container.Watch.Want(Interest(_container, _client));
        }
    }

    private static void PassEnd(Side from, Side to)
    {
        if (!from.HasEnded || from.EndPassed || to.Queue.Count > 0) return;
        from.EndPassed = true;
        StreamSocket.CloseWrite(to.Socket);
    }

    // A side that is through is not watched at all: its hang-up would be reported for ever while the other still drains.
    private static EpollInterest Interest(Side side, Side other) =>
        (!side.HasEnded && other.Queue.Count == 0 ? EpollInterest.In : EpollInterest.None) | (side.Queue.Count > 0 ? EpollInterest.Out : EpollInterest.None);

    private void Close()
    {
        if (_closed) return;
        _closed = true;
        foreach (var side in (Side[])[_client, _container])
        {
            side.Watch.Dispose();
            side.Socket.Dispose();
        }
    }

    private sealed class Side(SafeFileHandle socket)
    {
        public SafeFileHandle Socket { get; } = socket;

        /// <summary>Bytes on their way to this side.</summary>
        public SendQueue Queue { get; } = new(socket);
        public Watch Watch { get; set; } = null!; // set by the constructor of the connection
        public bool IsConnected { get; set; }
        public bool HasEnded { get; set; }
        public bool EndPassed { get; set; }
    }
}
