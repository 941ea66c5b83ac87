using System.Globalization;
using Sampan.Faults;

namespace Sampan.EngineClient.Http;

/// <summary>The body of an answer: by Content-Length, chunked (RFC 9112 § 7.1), or up to the end of the connection.</summary>
internal sealed class HttpBody : Stream
{
    private const int UntilClose = -1, Chunked = -2;
    private readonly HttpConnection _connection;
    private readonly Action<HttpConnection> _release;
    private readonly bool _chunked;
    private long _left;          // of the body, or of the chunk; -1 when only the end of the connection ends it
    private bool _ended, _firstChunk = true, _disposed;

    private HttpBody(HttpConnection connection, long length, Action<HttpConnection> release)
    {
        (_connection, _release, _chunked) = (connection, release, length == Chunked);
        _left = _chunked ? 0 : length;
        _ended = length == 0;
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public static HttpBody None(HttpConnection connection, Action<HttpConnection> release) => new(connection, 0, release);

    /// <exception cref="FaultException">Internal: a length that is none.</exception>
    public static HttpBody Of(HttpConnection connection, IReadOnlyDictionary<string, string> headers, Action<HttpConnection> release)
    {
        if (headers.TryGetValue("Transfer-Encoding", out string? coding) && coding.Contains("chunked", StringComparison.OrdinalIgnoreCase))
            return new HttpBody(connection, Chunked, release);
        if (!headers.TryGetValue("Content-Length", out string? text)) return new HttpBody(connection, UntilClose, release);
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long length))
            throw new FaultException(FaultKind.Internal, $"the engine sent the content length '{text}'; is it an engine");
        return new HttpBody(connection, length, release);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_chunked && _left == 0 && !_ended) await NextChunkAsync(cancellationToken);
        if (_ended || buffer.Length == 0) return 0;
        if (_left > 0 && buffer.Length > _left) buffer = buffer[..(int)_left];
        int count = await _connection.ReadAsync(buffer, cancellationToken);
        if (count == 0)
        {
            if (_left > 0) throw new FaultException(FaultKind.Unavailable, "the engine closed the connection before its answer was complete");
            _ended = true;
            return 0;
        }
        if (_left > 0) _left -= count;
        if (!_chunked && _left == 0) _ended = true;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read asynchronously");
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (!_disposed)
        {
            _disposed = true;
            _connection.Reusable = _ended && _left != UntilClose;
            _release(_connection);
        }
        base.Dispose(disposing);
    }

    private async ValueTask NextChunkAsync(CancellationToken ct)
    {
        if (!_firstChunk) await _connection.ReadLineAsync(ct);   // the CRLF that ends the chunk before
        _firstChunk = false;
        string line = await _connection.ReadLineAsync(ct);
        int extension = line.IndexOf(';');
        if (!long.TryParse(extension < 0 ? line : line[..extension], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _left) || _left < 0)
            throw new FaultException(FaultKind.Internal, $"the engine sent the chunk size '{line}'; is it an engine");
        if (_left > 0) return;
        while ((await _connection.ReadLineAsync(ct)).Length > 0) { } // trailers
        _ended = true;
    }
}
