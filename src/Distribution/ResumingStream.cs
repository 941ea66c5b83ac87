using System.Net;
using System.Net.Http;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Distribution;

/// <summary>The bytes of a blob over as many connections as it takes: a broken one is taken up by a Range request where it broke.
/// distribution-spec v1.1, § Pulling blobs.</summary>
internal sealed class ResumingStream(RegistryOptions options, Descriptor descriptor, long offset, Action<TimeSpan> retrying,
    Func<long, int, CancellationToken, Task<HttpResponseMessage>> open) : Stream
{
    private HttpResponseMessage? _response;
    private Stream? _body;
    private long _position = offset;
    private long _skip;
    private int _failures;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    /// <summary>Opens the first connection, so that a refusal shows before anything is written.</summary>
    internal async Task OpenAsync(CancellationToken ct)
    {
        _response = await open(_position, _failures, ct).ConfigureAwait(false);
        // 200 to a Range request: the server sends all of it again, and what we have is read over.
        _skip = _response.StatusCode is HttpStatusCode.PartialContent ? 0 : _position;
        if (_response.StatusCode is HttpStatusCode.PartialContent && _response.Content.Headers.ContentRange?.From is { } from && from != _position)
            throw new FaultException(FaultKind.Unavailable, $"registry answered for blob {descriptor.Digest} from byte {from}, not {_position}");
        _body = await _response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                if (_body is null) await OpenAsync(cancellationToken).ConfigureAwait(false);
                int got = await ReadBodyAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (_skip > 0 && got > 0)
                {
                    int over = (int)Math.Min(_skip, got);
                    _skip -= over;
                    buffer[over..got].CopyTo(buffer);
                    got -= over;
                    if (got == 0) continue;
                }
                if (got == 0 && _position < descriptor.Size) throw new IOException("unexpected EOF");
                _position += got;
                if (got > 0) _failures = 0;
                return got;
            }
            catch (Exception e) when (e is IOException or HttpRequestException or TimeoutException)
            {
                Drop();
                if (++_failures >= options.MaxAttempts)
                    throw new FaultException(FaultKind.Unavailable, $"cannot fetch blob {descriptor.Digest}: the connection broke at byte {_position} of {descriptor.Size} {_failures} times: {e.Message}", e);
                if (_failures == 1) continue;   // it was going well: at once
                TimeSpan delay = Backoff.Delay(options, _failures - 1);
                retrying(delay);
                await Task.Delay(delay, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) Drop();
        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadBodyAsync(Memory<byte> buffer, CancellationToken ct)
    {
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(ct);
        idle.CancelAfter(options.IdleTimeout);
        try
        {
            return await _body!.ReadAsync(buffer, idle.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new TimeoutException($"no byte came for {options.IdleTimeout.TotalSeconds} s");
        }
    }

    private void Drop()
    {
        _body?.Dispose();
        _response?.Dispose();
        (_body, _response) = (null, null);
    }
}
