using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Distribution;

// distribution-spec v1.1, § Push.
public sealed partial class Repository
{
    /// <exception cref="RegistryException">DENIED, UNAUTHORIZED, …</exception>
    public async Task<bool> HasBlobAsync(Digest digest, CancellationToken ct)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Head, $"blobs/{digest}", _ => { }, ct).ConfigureAwait(false);
        return response.StatusCode switch
        {
            HttpStatusCode.OK => true,
            HttpStatusCode.NotFound => false,
            _ => throw Fault(response, []),
        };
    }

    /// <summary>Uploads a blob in one piece, or has the registry take it over from <paramref name="source"/>, a repository of its own.</summary>
    /// <param name="open">Opens the content from its start; again for each attempt.</param>
    /// <param name="sent">Told the bytes sent so far.</param>
    /// <returns>True when it was mounted from the source and nothing was sent.</returns>
    public async Task<bool> UploadAsync(Descriptor descriptor, Func<Stream> open, string? source, Action<long> sent, CancellationToken ct)
    {
        string begin = source is null ? "blobs/uploads/" : $"blobs/uploads/?mount={Uri.EscapeDataString(descriptor.Digest.ToString())}&from={Uri.EscapeDataString(source)}";
        using HttpResponseMessage begun = await SendAsync(HttpMethod.Post, begin, request => request.Content = new ByteArrayContent([]), ct).ConfigureAwait(false);
        if (begun.StatusCode is HttpStatusCode.Created) return true;
        if (begun.StatusCode is not HttpStatusCode.Accepted || begun.Headers.Location is not { } location) throw await FaultAsync(begun, ct).ConfigureAwait(false);

        var url = new UriBuilder(new Uri(begun.RequestMessage!.RequestUri!, location));
        url.Query = $"{url.Query.TrimStart('?')}{(url.Query.Length > 1 ? "&" : "")}digest={Uri.EscapeDataString(descriptor.Digest.ToString())}";
        using HttpResponseMessage put = await SendAsync(HttpMethod.Put, url.Uri.AbsoluteUri, request =>
        {
            var content = new UploadContent(open(), descriptor.Size);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            content.Sent += sent;
            request.Content = content;
        }, ct).ConfigureAwait(false);
        if (!put.IsSuccessStatusCode) throw await FaultAsync(put, ct).ConfigureAwait(false);
        return false;
    }

    /// <summary>Puts a manifest whose blobs are all there.</summary>
    public async Task PutManifestAsync(string tagOrDigest, Descriptor descriptor, byte[] content, CancellationToken ct)
    {
        using HttpResponseMessage put = await SendAsync(HttpMethod.Put, $"manifests/{tagOrDigest}", request =>
        {
            request.Content = new ByteArrayContent(content);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(descriptor.MediaType);
        }, ct).ConfigureAwait(false);
        if (!put.IsSuccessStatusCode) throw await FaultAsync(put, ct).ConfigureAwait(false);
    }

    private async Task<FaultException> FaultAsync(HttpResponseMessage response, CancellationToken ct) =>
        Fault(response, await ReadAsync(response, MaxManifestBytes, "the registry's error", ct).ConfigureAwait(false));
}
