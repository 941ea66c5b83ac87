using System.Buffers;
using System.Net.Sockets;
using Sampan.Faults;
using Sampan.Specs.Protobuf;

namespace Sampan.ShimClient.Ttrpc;

/// <summary>One ttrpc connection with any number of calls in flight. https://github.com/containerd/ttrpc/blob/v1.2.7/PROTOCOL.md</summary>
internal sealed class TtrpcClient : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly string _peer;
    private readonly Task _reading;
    private readonly SemaphoreSlim _writing = new(1, 1); // guards the socket's sending side and _frame
    private readonly ProtobufWriter _frame = new();
    private readonly Lock _gate = new();                 // guards _calls, _next and _lost
    private readonly Dictionary<uint, TaskCompletionSource<byte[]>> _calls = [];
    private uint _next = 1;                              // a client's stream ids are odd. PROTOCOL.md § Stream ID
    private FaultException? _lost;

    private TtrpcClient(Socket socket, string peer)
    {
        _socket = socket;
        _peer = peer;
        _reading = ReadAsync();
    }

    /// <summary>Completes when the connection is over, whoever ended it.</summary>
    public Task Closed => _reading;

    /// <exception cref="FaultException">Unavailable: nobody listens there (any more).</exception>
    public static async Task<TtrpcClient> ConnectAsync(string path, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct).ConfigureAwait(false);
            return new TtrpcClient(socket, path);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new FaultException(FaultKind.Unavailable, $"cannot reach the shim at '{path}': {e.SocketErrorCode}; it has ended or never started", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Calls a method and returns the encoded result. Cancelling gives up the wait, not the work of the other side.</summary>
    /// <exception cref="FaultException">What the other side answered; Unavailable when the connection broke first.</exception>
    public async Task<byte[]> CallAsync(string service, string method, Action<ProtobufWriter> argument, CancellationToken ct)
    {
        var answer = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        uint stream;
        lock (_gate)
        {
            if (_lost is not null) throw Lost();
            stream = _next;
            _next += 2;
            _calls.Add(stream, answer);
        }
        try
        {
            await SendAsync(stream, service, method, argument, ct).ConfigureAwait(false);
            return await answer.Task.WaitAsync(ct).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            throw Lost();
        }
        finally
        {
            lock (_gate) _calls.Remove(stream);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _reading.ConfigureAwait(false);
        _writing.Dispose();
    }

    private async Task SendAsync(uint stream, string service, string method, Action<ProtobufWriter> argument, CancellationToken ct)
    {
        var payload = new ProtobufWriter();
        argument(payload);
        await _writing.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            _frame.Clear();
            _frame.Raw(new byte[FrameHeader.Size]);
            new TtrpcRequest { Service = service, Method = method, Payload = payload.Written }.Write(_frame);
            int length = _frame.Length - FrameHeader.Size;
            if (length > FrameHeader.MaxLength)
                throw new FaultException(FaultKind.InvalidArgument, $"cannot call {method}: the request has {length} bytes, ttrpc takes {FrameHeader.MaxLength}");
            new FrameHeader(length, stream, FrameType.Request).Format(_frame.WrittenSpan[..FrameHeader.Size]);
            // Not the caller's token: half a frame would spoil the connection for everyone.
            for (var rest = _frame.WrittenMemory; !rest.IsEmpty;)
                rest = rest[await _socket.SendAsync(rest, CancellationToken.None).ConfigureAwait(false)..];
        }
        catch (ObjectDisposedException)
        {
            throw Lost();
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        byte[] header = new byte[FrameHeader.Size];
        string why = "the shim closed the connection";
        try
        {
            while (await FillAsync(header, FrameHeader.Size).ConfigureAwait(false))
            {
                var frame = FrameHeader.Parse(header);
                if (frame.Length > FrameHeader.MaxLength)
                {
                    why = $"the shim sent a frame of {frame.Length} bytes";
                    break;
                }
                byte[] data = ArrayPool<byte>.Shared.Rent(frame.Length);
                if (!await FillAsync(data, frame.Length).ConfigureAwait(false)) break;
                if (frame.Type == FrameType.Response) Answer(frame.Stream, data.AsSpan(0, frame.Length));
                ArrayPool<byte>.Shared.Return(data);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            why = e is SocketException s ? s.SocketErrorCode.ToString() : "the connection was closed here";
        }
        _socket.Dispose();
        TaskCompletionSource<byte[]>[] waiting;
        lock (_gate)
        {
            _lost = new FaultException(FaultKind.Unavailable, $"lost the shim at '{_peer}': {why}");
            waiting = [.. _calls.Values];
        }
        foreach (var call in waiting) call.TrySetException(Lost());
    }

    private async Task<bool> FillAsync(byte[] buffer, int count)
    {
        for (int have = 0; have < count;)
        {
            int got = await _socket.ReceiveAsync(buffer.AsMemory(have, count - have)).ConfigureAwait(false);
            if (got == 0) return false;
            have += got;
        }
        return true;
    }

    private void Answer(uint stream, ReadOnlySpan<byte> data)
    {
        TaskCompletionSource<byte[]>? call;
        lock (_gate) _calls.TryGetValue(stream, out call);
        if (call is null) return; // given up meanwhile
        try
        {
            var response = TtrpcResponse.Read(data);
            if (response.Code == StatusCode.Ok) call.TrySetResult(response.Payload.ToArray());
            else call.TrySetException(new FaultException(response.Code.ToFaultKind(), response.Message ?? response.Code.ToString()));
        }
        catch (FaultException malformed)
        {
            call.TrySetException(malformed);
        }
    }

    // A new one for each thrower: an exception object is not for sharing between stacks.
    private FaultException Lost()
    {
        FaultException? lost = _lost;
        return new FaultException(FaultKind.Unavailable, lost?.Message ?? $"lost the shim at '{_peer}'");
    }
}
