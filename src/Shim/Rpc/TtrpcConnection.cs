using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux.Events;
using Sampan.Linux.Sockets;
using Sampan.Shim.Loop;
using Sampan.Specs.Protobuf;
using Sampan.ShimClient.Ttrpc;

namespace Sampan.Shim.Rpc;

/// <summary>The serving side of one ttrpc connection. What a peer sends wrongly it is told, or it is hung up on; nothing it sends can hurt
/// another connection or the container. https://github.com/containerd/ttrpc/blob/v1.2.7/PROTOCOL.md</summary>
internal sealed class TtrpcConnection : IDisposable
{
    /// <summary>Handles one call; it answers through the reply, at once or later.</summary>
    public delegate void Handler(in TtrpcRequest request, Reply reply);

    private const int UsualBuffer = 4 << 10;

    // Answers that wait for a peer that does not read them: past the first bound no more calls are taken.
    private const int MuchPending = 1 << 20;

    private readonly EventLoop _loop;
    private readonly SafeFileHandle _socket;
    private readonly Handler _handle;
    private readonly Action<TtrpcConnection> _closed;
    private readonly SendQueue _queue;
    private readonly Watch _watch;
    private readonly ProtobufWriter _frame = new();
    private byte[] _received = new byte[UsualBuffer];
    private int _count;
    private bool _closing, _isClosed;

    public TtrpcConnection(EventLoop loop, SafeFileHandle socket, Handler handle, Action<TtrpcConnection> closed)
    {
        (_loop, _socket, _handle, _closed, _queue) = (loop, socket, handle, closed, new SendQueue(socket));
        _queue.Drained += OnDrained;
        _watch = loop.Add(socket, EpollInterest.In, Ready);
    }

    public void Respond(uint stream, StatusCode code, string? message, ReadOnlySpan<byte> payload)
    {
        if (_isClosed) return;
        _frame.Clear();
        _frame.Raw(stackalloc byte[FrameHeader.Size]);
        new TtrpcResponse { Code = code, Message = message, Payload = payload }.Write(_frame);
        new FrameHeader(_frame.Length - FrameHeader.Size, stream, FrameType.Response).Format(_frame.WrittenSpan[..FrameHeader.Size]);
        _queue.Send(_frame.Written);
        Want();
    }

    public void Dispose()
    {
        if (_isClosed) return;
        _isClosed = true;
        _watch.Dispose();
        StreamSocket.Finish(_socket);
        _closed(this);
    }

    private void Ready(EpollInterest events)
    {
        if (events.HasFlag(EpollInterest.Out)) _queue.Flush();
        if (!_isClosed && (_queue.IsBroken || (events & ~EpollInterest.Out) != 0)) Receive();
    }

    private void Receive()
    {
        int got = Transfer.Read(_socket, _received.AsSpan(_count));
        if (got == Transfer.WouldBlock) return;
        if (got <= 0)
        {
            Dispose();
            return;
        }
        _count += got;
        int used = 0;
        while (!_isClosed && !_closing && Frame(_received.AsSpan(used, _count - used)) is var length and > 0) used += length;
        if (_isClosed) return;
        Keep(used);
        Want();
    }

    /// <summary>Handles the frame at the start of <paramref name="data"/>.</summary>
    /// <returns>Its size; 0 while it is not whole.</returns>
    private int Frame(ReadOnlySpan<byte> data)
    {
        if (data.Length < FrameHeader.Size) return 0;
        var header = FrameHeader.Parse(data);
        if (header.Length > FrameHeader.MaxLength)
        {
            new Reply(this, header.Stream).Fail(StatusCode.ResourceExhausted,
                $"message length {header.Length} exceed maximum message size of {FrameHeader.MaxLength}");
            Finish();
            return 0;
        }
        int size = FrameHeader.Size + header.Length;
        if (data.Length < size) return 0;
        // Types that we do not know are for newer peers. PROTOCOL.md § Message Types
        if (header.Type == FrameType.Request) Call(header.Stream, data[FrameHeader.Size..size]);
        return size;
    }

    private void Call(uint stream, ReadOnlySpan<byte> data)
    {
        var reply = new Reply(this, stream);
        if (stream % 2 == 0)
        {
            reply.Fail(StatusCode.InvalidArgument, "StreamID must be odd for client initiated streams");
            return;
        }
        try
        {
            _handle(TtrpcRequest.Read(data), reply);
        }
        catch (FaultException fault)
        {
            reply.Fail(fault);
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            // One call's defect must not take the container's keeper with it.
            ShimLog.Write($"defect: {defect}");
            reply.Fail(StatusCode.Internal, $"defect in the shim: {defect.Message}");
        }
    }

    // Moves the begun frame to the front, with room for the whole of it.
    private void Keep(int used)
    {
        var rest = _received.AsSpan(used, _count - used);
        int need = rest.Length < FrameHeader.Size ? UsualBuffer
            : Math.Max(UsualBuffer, FrameHeader.Size + Math.Min(FrameHeader.Parse(rest).Length, FrameHeader.MaxLength));
        if (need != _received.Length)
        {
            byte[] other = new byte[Math.Max(need, rest.Length)];
            rest.CopyTo(other);
            _count = rest.Length;
            _received = other;
            return;
        }
        rest.CopyTo(_received);
        _count = rest.Length;
    }

    private void OnDrained()
    {
        if (_closing) Dispose();
        else Want();
    }

    /// <summary>Hangs up when what was answered has been sent.</summary>
    private void Finish()
    {
        _closing = true;
        if (_queue.Count == 0) Dispose();
    }

    private void Want()
    {
        if (_isClosed) return;
        bool reads = !_closing && _queue.Count < MuchPending;
        _watch.Want((reads ? EpollInterest.In : EpollInterest.None) | (_queue.Count > 0 ? EpollInterest.Out : EpollInterest.None) | EpollInterest.Error);
    }
}
