using System.Net.WebSockets;

namespace Sampan.EngineApi.Streams;

/// <summary>The bytes of a websocket: each write is a message, each message is read as bytes. A read of 0 is the client's close.</summary>
/// <param name="connection">After the handshake.</param>
/// <param name="asText">Messages are text, as clients before API 1.28 expect.</param>
internal sealed class WebSocketStream(Stream connection, bool asText) : Stream
{
    private static readonly byte[] NormalClose = [0x88, 2, 1000 >> 8, 1000 & 0xFF];   // final frame, close, the code 1000. RFC 6455 § 5.5.1
    private readonly WebSocket _socket = WebSocket.CreateFromStream(connection, isServer: true, subProtocol: null, keepAliveInterval: Timeout.InfiniteTimeSpan);

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(buffer, cancellationToken);
                if (received.MessageType is WebSocketMessageType.Close) return 0;
                if (received.Count > 0) return received.Count;
            }
        }
        catch (WebSocketException)
        {
            return 0; // left without a close, or spoke something else
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _socket.SendAsync(buffer, asText ? WebSocketMessageType.Text : WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        catch (WebSocketException error)
        {
            throw new IOException("the client has gone", error);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            // The client's answer is not waited for: the connection ends here.
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
            else if (_socket.State is WebSocketState.Aborted) // a read that was given up because the process has ended does that
                await connection.WriteAsync(NormalClose, CancellationToken.None);
        }
        catch (Exception error) when (error is WebSocketException or IOException)
        {
            // Gone before us.
        }
        _socket.Dispose();
        await base.DisposeAsync();
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask; // every write is a message sent

    public override void Flush() { }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read with ReadAsync");
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("write with WriteAsync");
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
