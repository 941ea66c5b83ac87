using System.IO.Compression;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Distribution;

/// <summary>The bytes of a blob over as many connections as it takes: a broken one is taken up by a Range request where it broke, or, where the server has no
/// ranges or muddles them, by reading over what we have. distribution-spec v1.1, § Pulling blobs.</summary>
internal sealed class ResumingStream(RepositoryRequests requests, Descriptor descriptor, long offset, Action<TimeSpan> retrying) : Stream
{
    private HttpResponseMessage? _response;
    private Stream? _body;
    private long _position = offset;
    private long _skip;
    private int _failures;
    private bool _withoutRanges;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    private RegistryOptions Options => requests.Options;

    /// <summary>Opens the first connection, so that a refusal shows before anything is written.</summary>
    internal async Task OpenAsync(CancellationToken ct)
    {
        bool ranged = _position > 0 && !_withoutRanges;
        HttpResponseMessage response = await AskAsync(ranged, ct).ConfigureAwait(false);
        if (ranged && !IsWhatWasAsked(response))
        {
            response.Dispose();
            _withoutRanges = true;
            response = await AskAsync(ranged: false, ct).ConfigureAwait(false);
        }
        if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.PartialContent))
            using (response) throw await requests.FaultAsync(response, ct).ConfigureAwait(false);
        _response = response;
        // 200: the server sends all of it again, and what we have is read over.
        _skip = response.StatusCode is HttpStatusCode.PartialContent ? 0 : _position;
        _body = Decoded(await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false), response);
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
            catch (Exception e) when (e is IOException or HttpRequestException or TimeoutException or InvalidDataException)
            {
                Drop();
                if (++_failures >= Options.MaxAttempts)
                    throw new FaultException(FaultKind.Unavailable, $"cannot fetch blob {descriptor.Digest}: the connection broke at byte {_position} of {descriptor.Size} {_failures} times: {e.Message}", e);
                if (_failures == 1) continue;   // it was going well: at once
                TimeSpan delay = Backoff.Delay(Options, _failures - 1);
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

    private Task<HttpResponseMessage> AskAsync(bool ranged, CancellationToken ct) =>
        requests.SendAsync(HttpMethod.Get, $"blobs/{descriptor.Digest}", Access.Pull, request =>
        {
            if (ranged) request.Headers.Range = new RangeHeaderValue(_position, null);
        }, ct, withoutMirrors: _failures > 1);

    /// <summary>Whether an answer to a Range request can be used: the range itself, or all (200). 416, other ranges, and ranges of compressed bytes cannot.</summary>
    private bool IsWhatWasAsked(HttpResponseMessage response)
    {
        if (response.StatusCode is HttpStatusCode.RequestedRangeNotSatisfiable) return false;
        if (response.StatusCode is not HttpStatusCode.PartialContent) return true;
        HttpContentHeaders headers = response.Content.Headers;
        if (headers.ContentEncoding.Count > 0) return false;
        // Servers exist that leave Content-Range out: the length then has to be right.
        return headers.ContentRange?.From is { } from ? from == _position : headers.ContentLength == descriptor.Size - _position;
    }

    /// <summary>Some proxies compress although they were asked not to.</summary>
    private static Stream Decoded(Stream body, HttpResponseMessage response)
    {
        foreach (string encoding in response.Content.Headers.ContentEncoding.Reverse())
        {
            body = encoding.ToLowerInvariant() switch
            {
                "gzip" or "x-gzip" => new GZipStream(body, CompressionMode.Decompress),
                "deflate" => new ZLibStream(body, CompressionMode.Decompress),
                _ => body,
            };
        }
        return body;
    }

    private async ValueTask<int> ReadBodyAsync(Memory<byte> buffer, CancellationToken ct)
    {
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(ct);
        idle.CancelAfter(Options.IdleTimeout);
        try
        {
            return await _body!.ReadAsync(buffer, idle.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new TimeoutException($"no byte came for {Options.IdleTimeout.TotalSeconds} s");
        }
    }

    private void Drop()
    {
        _body?.Dispose();
        _response?.Dispose();
        (_body, _response) = (null, null);
    }
}
