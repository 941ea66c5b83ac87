using System.Net.Sockets;

namespace Sampan.ShimClient;

/// <summary>The two directions of an attached process: reading gives its output (Docker's stream frames, or raw bytes of a terminal)
/// and ends when the process has ended and is drained; writing is its stdin.</summary>
public sealed class AttachStream : Stream
{
    private readonly NetworkStream _network;

    internal AttachStream(Socket socket) => _network = new NetworkStream(socket, ownsSocket: true);

    /// <summary>End of input; output goes on.</summary>
    public void CloseWrite()
    {
        try
        {
            _network.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The shim has gone already: there is nobody left to tell.
        }
    }

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => _network.Read(buffer, offset, count);
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _network.ReadAsync(buffer, cancellationToken);
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => _network.ReadAsync(buffer, offset, count, cancellationToken);
    public override void Write(byte[] buffer, int offset, int count) => _network.Write(buffer, offset, count);
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _network.WriteAsync(buffer, cancellationToken);
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => _network.WriteAsync(buffer, offset, count, cancellationToken);
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _network.Dispose();
        base.Dispose(disposing);
    }
}
