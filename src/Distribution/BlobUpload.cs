using System.Globalization;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Distribution;

/// <summary>One blob on its way to a registry: in one piece where that goes well, else piece by piece. distribution-spec v1.1, § Pushing blobs.</summary>
internal sealed class BlobUpload(Repository repository, RegistryOptions options, Descriptor descriptor, Func<Stream> open, Action<long> sent)
{
    private const long ChunkBytes = 16 << 20;
    private Uri? _session;
    private long _offset;
    private long _chunk = long.MaxValue;
    private int _failures;

    /// <returns>True when it was mounted and nothing was sent.</returns>
    internal async Task<bool> RunAsync(string? source, CancellationToken ct)
    {
        if (await BeginAsync(source, ct).ConfigureAwait(false)) return true;
        while (true)
        {
            try
            {
                if (await StepAsync(ct).ConfigureAwait(false)) return false;
            }
            catch (Exception e) when (e is FaultException { Kind: FaultKind.Unavailable } and not RegistryException && !ct.IsCancellationRequested)
            {
                await RecoverAsync(e, null, ct).ConfigureAwait(false);
            }
        }
    }

    /// <returns>True when the registry has it now without an upload.</returns>
    private async Task<bool> BeginAsync(string? source, CancellationToken ct)
    {
        string path = source is null ? "blobs/uploads/" : $"blobs/uploads/?mount={Uri.EscapeDataString(descriptor.Digest.ToString())}&from={Uri.EscapeDataString(source)}";
        for (int attempt = 1; ; attempt++)
        {
            using HttpResponseMessage? begun = await TryBeginAsync(path, attempt, ct).ConfigureAwait(false);
            if (begun is null) continue;
            if (begun.StatusCode is HttpStatusCode.Created) return true;
            if (begun.StatusCode is HttpStatusCode.Accepted && begun.Headers.Location is not null)
            {
                (_session, _offset) = (Location(begun), 0);
                if (begun.Headers.TryGetValues("OCI-Chunk-Max-Length", out var most) && long.TryParse(most.First(), CultureInfo.InvariantCulture, out long limit) && limit > 0) _chunk = limit;
                return false;
            }
            if (!Backoff.IsWorthTrying(begun.StatusCode) || attempt >= options.MaxAttempts || Backoff.Delay(options, attempt, begun) is not { } delay)
                throw await repository.FaultAsync(begun, ct).ConfigureAwait(false);
            await Task.Delay(delay, ct).ConfigureAwait(false);
        }
    }

    /// <returns>Null when the connection failed, after a wait.</returns>
    private async Task<HttpResponseMessage?> TryBeginAsync(string path, int attempt, CancellationToken ct)
    {
        try
        {
            return await repository.SendUploadAsync(HttpMethod.Post, path, () => new ByteArrayContent([]), ct).ConfigureAwait(false);
        }
        catch (FaultException e) when (e is not RegistryException && e.Kind is FaultKind.Unavailable && attempt < options.MaxAttempts)
        {
            await Task.Delay(Backoff.Delay(options, attempt), ct).ConfigureAwait(false);
            return null;
        }
    }

    /// <returns>True when the registry has taken the whole.</returns>
    private async Task<bool> StepAsync(CancellationToken ct)
    {
        long left = descriptor.Size - _offset;
        bool whole = _offset == 0 && left <= _chunk;
        if (!whole && left > 0)
        {
            await PatchAsync(Math.Min(left, _chunk), ct).ConfigureAwait(false);
            return false;
        }
        using HttpResponseMessage put = await repository.SendUploadAsync(HttpMethod.Put, WithDigest(), () => Content(left), ct).ConfigureAwait(false);
        if (put.IsSuccessStatusCode) return true;
        if (put.StatusCode is HttpStatusCode.RequestEntityTooLarge && _chunk > ChunkBytes) _chunk = ChunkBytes;
        else if (put.StatusCode is HttpStatusCode.RequestEntityTooLarge && _chunk > 64 * 1024) _chunk /= 2;
        else await RecoverAsync(await repository.FaultAsync(put, ct).ConfigureAwait(false), put, ct).ConfigureAwait(false);
        return false;
    }

    private async Task PatchAsync(long length, CancellationToken ct)
    {
        using HttpResponseMessage patched = await repository.SendUploadAsync(HttpMethod.Patch, _session!.AbsoluteUri, () =>
        {
            HttpContent content = Content(length);
            content.Headers.TryAddWithoutValidation("Content-Range", string.Create(CultureInfo.InvariantCulture, $"{_offset}-{_offset + length - 1}"));
            return content;
        }, ct).ConfigureAwait(false);
        if (patched.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.NoContent)
        {
            _offset = End(patched) ?? _offset + length;
            if (patched.Headers.Location is not null) _session = Location(patched);
            _failures = 0;
        }
        else if (patched.StatusCode is HttpStatusCode.RequestEntityTooLarge && _chunk > 64 * 1024) _chunk = Math.Min(_chunk / 2, ChunkBytes);
        else await RecoverAsync(await repository.FaultAsync(patched, ct).ConfigureAwait(false), patched, ct).ConfigureAwait(false);
    }

    /// <summary>Finds out how far the upload came, or begins it anew.</summary>
    private async Task RecoverAsync(Exception failure, HttpResponseMessage? answer, CancellationToken ct)
    {
        bool lostPlace = answer?.StatusCode is HttpStatusCode.RequestedRangeNotSatisfiable or HttpStatusCode.NotFound;
        if (answer is not null && !lostPlace && !Backoff.IsWorthTrying(answer.StatusCode) || ++_failures >= options.MaxAttempts) throw failure;
        if ((answer is null ? Backoff.Delay(options, _failures) : Backoff.Delay(options, _failures, answer)) is not { } delay) throw failure;
        await Task.Delay(delay, ct).ConfigureAwait(false);
        try
        {
            using HttpResponseMessage status = await repository.SendUploadAsync(HttpMethod.Get, _session!.AbsoluteUri, () => null, ct).ConfigureAwait(false);
            if (status.StatusCode is HttpStatusCode.NoContent && End(status) is { } end && end <= descriptor.Size)
            {
                _offset = end;
                if (status.Headers.Location is not null) _session = Location(status);
                return;
            }
        }
        catch (FaultException e) when (e is not RegistryException && e.Kind is FaultKind.Unavailable)
        {
            // it is away; begin anew when it is back
        }
        if (await BeginAsync(null, ct).ConfigureAwait(false)) throw failure;
    }

    private UploadContent Content(long length)
    {
        Stream stream = open();
        stream.Seek(_offset, SeekOrigin.Begin);
        long start = _offset;
        var content = new UploadContent(stream, length);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Sent += bytes => sent(start + bytes);
        return content;
    }

    private string WithDigest()
    {
        var url = new UriBuilder(_session!);
        url.Query = $"{url.Query.TrimStart('?')}{(url.Query.Length > 1 ? "&" : "")}digest={Uri.EscapeDataString(descriptor.Digest.ToString())}";
        return url.Uri.AbsoluteUri;
    }

    private static Uri Location(HttpResponseMessage response) => new(response.RequestMessage!.RequestUri!, response.Headers.Location!);

    // Range: 0-12345    the last byte that came; 0-0 also when none did, which GET of a fresh upload tells
    private static long? End(HttpResponseMessage response)
    {
        string? range = response.Headers.TryGetValues("Range", out var values) ? values.FirstOrDefault()
            : response.Content.Headers.TryGetValues("Range", out values) ? values.FirstOrDefault() : null;
        if (range is null) return null;
        string[] ends = range.Replace("bytes=", "", StringComparison.Ordinal).Split('-');
        if (ends.Length != 2 || !long.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out long last)) return null;
        return last == 0 ? 0 : last + 1;
    }
}
