using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace Sampan.EngineApi.Listen;

/// <summary>The raw bytes of a hijacked connection. A read of 0 is the client's half-close; a write to a client that has gone throws
/// <see cref="IOException"/>. Disposing sends what is left and ends the connection.</summary>
internal sealed class HijackedStream(PipeReader input, PipeWriter output, Socket? socket, HangupWatch hangup) : Stream
{
    /// <summary>Cancelled when the client has closed both directions.</summary>
    internal CancellationToken Gone => hangup.Gone;

    /// <summary>Returns once the client has read the head, or after a tenth of a second.</summary>
    internal Task HeadReadAsync(CancellationToken ct) => UnreadBytes.WaitUntilNoneAsync(socket, ct);

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            ReadResult read;
            try
            {
                read = await input.ReadAsync(cancellationToken);
            }
            catch (Exception error) when (error is IOException or Microsoft.AspNetCore.Connections.ConnectionResetException)
            {
                hangup.Start();
                return 0; // reset: nothing more comes
            }
            if (read.Buffer.Length > 0)
            {
                var part = read.Buffer.Slice(0, Math.Min(buffer.Length, read.Buffer.Length));
                int count = (int)part.Length; // before AdvanceTo gives the memory back
                part.CopyTo(buffer.Span);
                input.AdvanceTo(part.End);
                return count;
            }
            input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted || read.IsCanceled)
            {
                hangup.Start();
                return 0;
            }
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if ((await output.WriteAsync(buffer, cancellationToken)).IsCompleted) throw new IOException("the client has gone");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask; // every write is flushed

    public override async ValueTask DisposeAsync()
    {
        hangup.Dispose();
        await output.CompleteAsync();
        await base.DisposeAsync();
    }

    public override void Flush() { }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read with ReadAsync");
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("write with WriteAsync");
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
