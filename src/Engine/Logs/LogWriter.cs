using System.Buffers;
using System.Text;
using Sampan.Faults;

namespace Sampan.Engine.Logs;

/// <summary>Turns log lines into the bytes of <c>docker logs</c>: framed by stream, or raw for a container with a terminal.</summary>
internal sealed class LogWriter(ContainerLogOptions options, bool framed, Stream target) : IDisposable
{
    private const int FlushAt = 64 * 1024;
    private readonly ArrayBufferWriter<byte> _output = new(2 * FlushAt);
    private byte[] _scratch = ArrayPool<byte>.Shared.Rent(64 * 1024);

    /// <summary>True once a line lies after <c>until</c>: nothing that follows is wanted.</summary>
    public bool IsPastUntil { get; private set; }

    public bool NeedsFlush => _output.WrittenCount >= FlushAt;

    public void Add(ReadOnlySpan<byte> line)
    {
        if (line.Length > _scratch.Length)
        {
            ArrayPool<byte>.Shared.Return(_scratch);
            _scratch = ArrayPool<byte>.Shared.Rent(line.Length);
        }
        if (!LogEntry.TryParse(line, _scratch, out var entry) || !IsWanted(entry))
            return;
        int stamp = options.Timestamps ? LogTimestamp.Length + 1 : 0;
        byte[] details = options.Details ? Encoding.UTF8.GetBytes(entry.Attributes + " ") : [];
        int length = stamp + details.Length + entry.Payload.Length;
        var span = _output.GetSpan(StreamFrame.HeaderLength + length);
        int at = 0;
        if (framed)
        {
            StreamFrame.WriteHeader(span, entry.IsStderr ? StreamFrame.Stderr : StreamFrame.Stdout, length);
            at = StreamFrame.HeaderLength;
        }
        if (options.Timestamps)
        {
            LogTimestamp.Write(entry.Time, span[at..]);
            span[at + stamp - 1] = (byte)' ';
            at += stamp;
        }
        details.CopyTo(span[at..]);
        at += details.Length;
        entry.Payload.CopyTo(span[at..]);
        _output.Advance(at + entry.Payload.Length);
    }

    private bool IsWanted(in LogEntry entry)
    {
        if (!(entry.IsStderr ? options.Stderr : options.Stdout))
            return false;
        if (options.Since is null && options.Until is null)
            return true;
        long time = entry.Nanoseconds;
        if (time > (options.Until ?? long.MaxValue))
        {
            IsPastUntil = true;
            return false;
        }
        return time >= (options.Since ?? 0);
    }

    public async Task FlushAsync(CancellationToken ct)
    {
        if (_output.WrittenCount == 0)
            return;
        await target.WriteAsync(_output.WrittenMemory, ct).ConfigureAwait(false);
        await target.FlushAsync(ct).ConfigureAwait(false);
        _output.ResetWrittenCount();
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_scratch);

    /// <exception cref="FaultException">InvalidArgument: neither stream is asked for.</exception>
    public static void Validate(ContainerLogOptions options)
    {
        if (!options.Stdout && !options.Stderr)
            throw new FaultException(FaultKind.InvalidArgument, "Bad parameters: you must choose at least one stream");
    }
}
