using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Cli;

/// <summary>Descriptor 0, 1 or 2 by read(2) and write(2). Not System.Console, which reads terminals by lines and sets them up its own way;
/// not FileStream, which keeps a file position of its own and so writes over what others have put into the same file.
/// A write happens at once on the caller's thread; a read waits on a thread of its own.</summary>
internal sealed class StandardStream : Stream
{
    /// <summary>128 + SIGPIPE: what a shell reports when the reader of our output has gone.</summary>
    private const int BrokenPipe = 141;
    private readonly SafeFileHandle _handle;
    private readonly FileAccess _access;

    private StandardStream(SafeFileHandle handle, FileAccess access) => (_handle, _access) = (handle, access);

    public static Stream Open(int fd, FileAccess access) => new StandardStream(new SafeFileHandle(fd, ownsHandle: false), access);

    public override bool CanRead => _access == FileAccess.Read;
    public override bool CanSeek => false;
    public override bool CanWrite => _access == FileAccess.Write;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="LinuxException">read(2): EBADF when the descriptor is closed, EIO when the terminal was hung up.</exception>
    public override unsafe int Read(Span<byte> buffer)
    {
        while (true)
        {
            nint count;
            fixed (byte* start = buffer) count = Libc.read(_handle.Fd(), start, (nuint)buffer.Length);
            if (count >= 0) return (int)count;
            if (LinuxException.LastError != Errno.EINTR) throw LinuxException.FromLastError("read", "cannot read standard input");
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Task.Factory.StartNew(() => Read(buffer.Span), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <exception cref="CommandFailedException">Nobody reads any more: the program ends without a word, as by SIGPIPE.</exception>
    /// <exception cref="LinuxException">write(2): ENOSPC, EIO, EBADF.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            Files.WriteAll(_handle, buffer, "standard output");
        }
        catch (LinuxException broken) when (broken.Errno == Errno.EPIPE)
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
