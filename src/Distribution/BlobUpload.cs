using System.Globalization;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Distribution;

/// <summary>One blob on its way to a registry: in one piece where that goes well, else piece by piece. distribution-spec v1.1, § Pushing blobs.</summary>
internal sealed class BlobUpload(Repository repository, RepositoryRequests requests, Descriptor descriptor, Func<Stream> open, Action<long> sent)
{
    private const long ChunkBytes = 16 << 20;
    private const long SmallestChunkBytes = 64 * 1024;
    private static readonly TimeSpan CancelTimeout = TimeSpan.FromSeconds(5);
    private Uri? _session;
    private long _offset;
    private long _chunk = long.MaxValue;
    private long _smallestChunk = SmallestChunkBytes;
    private int _failures;

    private RegistryOptions Options => requests.Options;

    /// <returns>True when it was mounted and nothing was sent.</returns>
    internal async Task<bool> RunAsync(string? source, CancellationToken ct)
    {
        try
        {
            return await SendAsync(source, ct).ConfigureAwait(false);
        }
        catch (Exception) when (ct.IsCancellationRequested && _session is not null)
        {
            await CancelAsync(_session).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Tells the registry that nothing more comes, so that it can drop what came. One that does not listen drops it in its own time.
    /// distribution's docs/spec/api.md, § Canceling an Upload.</summary>
    private async Task CancelAsync(Uri session)
    {
        using var patience = new CancellationTokenSource(CancelTimeout);
        try
        {
            using HttpResponseMessage cancelled = await requests.SendUploadAsync(HttpMethod.Delete, session.AbsoluteUri, () => null, null, patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is FaultException or OperationCanceledException)
        {
            // the upload has failed already, for a reason of its own
        }
    }

    private async Task<bool> SendAsync(string? source, CancellationToken ct)
    {
        if (source is not null && await MountAsync(source, ct).ConfigureAwait(false)) return true;
        if (_session is null && await BeginAsync(ct).ConfigureAwait(false)) return true;
        while (true)
        {
            try
            {
                if (await StepAsync(ct).ConfigureAwait(false)) return false;
            }
            catch (Exception e) when (e is FaultException { Kind: FaultKind.Unavailable } and not RegistryException && !ct.IsCancellationRequested)
            {
                if (await RecoverAsync(e, null, ct).ConfigureAwait(false)) return false;
            }
        }
    }

    /// <summary>Asks for the blob of another repository. A registry that will not, or that does not let us read there, gets an upload: 202 begins it at once.</summary>
    private async Task<bool> MountAsync(string source, CancellationToken ct)
    {
        string path = $"blobs/uploads/?mount={Uri.EscapeDataString(descriptor.Digest.ToString())}&from={Uri.EscapeDataString(source)}";
        try
        {
            using HttpResponseMessage begun = await requests.SendUploadAsync(HttpMethod.Post, path, () => new ByteArrayContent([]), $"repository:{source}:pull", ct).ConfigureAwait(false);
            if (begun.StatusCode is HttpStatusCode.Created) return true;
            if (begun.StatusCode is HttpStatusCode.Accepted) Begin(begun);
            return false;
        }
        catch (FaultException) when (!ct.IsCancellationRequested)
        {
            return false;   // a token server that gives nothing rather than less; or the line, which the upload will tell of
        }
    }

    private void Begin(HttpResponseMessage begun)
    {
        if (begun.Headers.Location is null) return;
        (_session, _offset) = (Location(begun), 0);
        if (Limit(begun, "OCI-Chunk-Max-Length") is { } most) _chunk = most;
        if (Limit(begun, "OCI-Chunk-Min-Length") is { } least) _smallestChunk = Math.Max(least, SmallestChunkBytes);
    }

    private static long? Limit(HttpResponseMessage response, string header) =>
        response.Headers.TryGetValues(header, out var values) && long.TryParse(values.First(), CultureInfo.InvariantCulture, out long limit) && limit > 0 ? limit : null;

    /// <returns>True when the registry has it now without an upload.</returns>
    private async Task<bool> BeginAsync(CancellationToken ct)
    {
        _session = null;
        for (int attempt = 1; ; attempt++)
        {
            using HttpResponseMessage? begun = await TryBeginAsync("blobs/uploads/", attempt, ct).ConfigureAwait(false);
            if (begun is null) continue;
            if (begun.StatusCode is HttpStatusCode.Created) return true;
            if (begun.StatusCode is HttpStatusCode.Accepted) Begin(begun);
            if (_session is not null) return false;
            if (!Backoff.IsWorthTrying(begun.StatusCode) || attempt >= Options.MaxAttempts || Backoff.Delay(Options, attempt, begun) is not { } delay)
                throw await requests.FaultAsync(begun, ct).ConfigureAwait(false);
            await Task.Delay(delay, ct).ConfigureAwait(false);
        }
    }

    /// <returns>Null when the connection failed, after a wait.</returns>
    private async Task<HttpResponseMessage?> TryBeginAsync(string path, int attempt, CancellationToken ct)
    {
        try
        {
            return await requests.SendUploadAsync(HttpMethod.Post, path, () => new ByteArrayContent([]), null, ct).ConfigureAwait(false);
        }
        catch (FaultException e) when (e is not RegistryException && e.Kind is FaultKind.Unavailable && attempt < Options.MaxAttempts)
        {
            await Task.Delay(Backoff.Delay(Options, attempt), ct).ConfigureAwait(false);
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
            return await PatchAsync(Math.Min(left, _chunk), ct).ConfigureAwait(false);
        }
        using HttpResponseMessage put = await requests.SendUploadAsync(HttpMethod.Put, WithDigest(), () => Content(left), null, ct).ConfigureAwait(false);
        if (put.IsSuccessStatusCode) return true;
        if (put.StatusCode is HttpStatusCode.RequestEntityTooLarge && _chunk > ChunkBytes) _chunk = ChunkBytes;
        else if (put.StatusCode is HttpStatusCode.RequestEntityTooLarge && _chunk > _smallestChunk) _chunk = Math.Max(_chunk / 2, _smallestChunk);
        else return await RecoverAsync(await requests.FaultAsync(put, ct).ConfigureAwait(false), put, ct).ConfigureAwait(false);
        return false;
    }

    /// <returns>True when the registry has the whole.</returns>
    private async Task<bool> PatchAsync(long length, CancellationToken ct)
    {
        using HttpResponseMessage patched = await requests.SendUploadAsync(HttpMethod.Patch, _session!.AbsoluteUri, () =>
        {
            HttpContent content = Content(length);
            content.Headers.TryAddWithoutValidation("Content-Range", string.Create(CultureInfo.InvariantCulture, $"{_offset}-{_offset + length - 1}"));
            return content;
        }, null, ct).ConfigureAwait(false);
        if (patched.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.NoContent)
        {
            _offset = End(patched) ?? _offset + length;
            if (patched.Headers.Location is not null) _session = Location(patched);
            _failures = 0;
        }
        else if (patched.StatusCode is HttpStatusCode.RequestEntityTooLarge && _chunk > _smallestChunk) _chunk = Math.Max(_smallestChunk, Math.Min(_chunk / 2, ChunkBytes));
        else return await RecoverAsync(await requests.FaultAsync(patched, ct).ConfigureAwait(false), patched, ct).ConfigureAwait(false);
        return false;
    }

    /// <summary>Finds out how far the upload came, or begins it anew.</summary>
    /// <returns>True when the registry has the whole: only its answer was lost.</returns>
    private async Task<bool> RecoverAsync(Exception failure, HttpResponseMessage? answer, CancellationToken ct)
    {
        bool lostPlace = answer?.StatusCode is HttpStatusCode.RequestedRangeNotSatisfiable or HttpStatusCode.NotFound;
        if (answer is not null && !lostPlace && !Backoff.IsWorthTrying(answer.StatusCode) || ++_failures >= Options.MaxAttempts) throw failure;
        if ((answer is null ? Backoff.Delay(Options, _failures) : Backoff.Delay(Options, _failures, answer)) is not { } delay) throw failure;
        await Task.Delay(delay, ct).ConfigureAwait(false);
        try
        {
            if (await ResumeAsync(lostPlace, ct).ConfigureAwait(false)) return false;
            if (await repository.HasBlobAsync(descriptor.Digest, ct).ConfigureAwait(false)) return true;
        }
        catch (FaultException e) when (e is not RegistryException && e.Kind is FaultKind.Unavailable)
        {
            // it is away; begin anew when it is back
        }
        return await BeginAsync(ct).ConfigureAwait(false);
    }

    /// <param name="lostPlace">The registry said that it is elsewhere than we thought.</param>
    /// <returns>False when it has forgotten the upload, or cannot say where it is.</returns>
    private async Task<bool> ResumeAsync(bool lostPlace, CancellationToken ct)
    {
        using HttpResponseMessage status = await requests.SendUploadAsync(HttpMethod.Get, _session!.AbsoluteUri, () => null, null, ct).ConfigureAwait(false);
        if (status.StatusCode is not HttpStatusCode.NoContent || End(status) is not { } end || end > descriptor.Size || lostPlace && end == _offset) return false;
        _offset = end;
        if (status.Headers.Location is not null) _session = Location(status);
        return true;
    }

    private UploadContent Content(long length)
    {
        Stream stream = open();
        stream.Seek(_offset, SeekOrigin.Begin);
        long start = _offset;
        var content = new UploadContent(stream, length, bytes => sent(start + bytes));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
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
