using Microsoft.Win32.SafeHandles;

namespace Sampan.Cli;

/// <summary>Descriptor 0, 1 or 2 as it is. Not System.Console, which reads terminals by lines and sets them up its own way.
/// A write happens at once on the caller's thread; a read waits on a thread of its own.</summary>
internal sealed class StandardStream : Stream
{
    private const int EPIPE = 32;
    /// <summary>128 + SIGPIPE: what a shell reports when the reader of our output has gone.</summary>
    private const int BrokenPipe = 141;
    private readonly FileStream _file;

    private StandardStream(FileStream file) => _file = file;

    /// <returns>A stream without a buffer; nothing at all when the descriptor is closed.</returns>
    public static Stream Open(int fd, FileAccess access)
    {
        try
        {
            return new StandardStream(new FileStream(new SafeFileHandle(fd, ownsHandle: false), access, bufferSize: 0));
        }
        catch (Exception closed) when (closed is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return Null;
        }
    }

    public override bool CanRead => _file.CanRead;
    public override bool CanSeek => false;
    public override bool CanWrite => _file.CanWrite;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => _file.Read(buffer, offset, count);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Task.Factory.StartNew(() => _file.Read(buffer.Span), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <exception cref="CommandFailedException">Nobody reads any more: the program ends without a word, as by SIGPIPE.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            _file.Write(buffer);
        }
        catch (IOException broken) when (broken.HResult == EPIPE)
        {
            throw new CommandFailedException(BrokenPipe);
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
