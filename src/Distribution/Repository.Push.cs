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
        using HttpResponseMessage response = await SendAsync(HttpMethod.Head, $"blobs/{digest}", Access.Push, _ => { }, ct).ConfigureAwait(false);
        return response.StatusCode switch
        {
            HttpStatusCode.OK => true,
            HttpStatusCode.NotFound => false,
            _ => throw Fault(response, []),
        };
    }

    /// <summary>Uploads a blob, or has the registry take it over from <paramref name="source"/>, a repository of its own. A broken upload goes on where it broke
    /// if the registry has kept what came; one that refuses large bodies gets chunks.</summary>
    /// <param name="open">Opens the content from its start; again for each attempt.</param>
    /// <param name="sent">Told the bytes sent so far.</param>
    /// <returns>True when it was mounted from the source and nothing was sent.</returns>
    /// <exception cref="RegistryException">DENIED, UNAUTHORIZED, …</exception>
    public Task<bool> UploadAsync(Descriptor descriptor, Func<Stream> open, string? source, Action<long> sent, CancellationToken ct) =>
        new BlobUpload(this, _client.Options, descriptor, open, sent).RunAsync(source, ct);

    /// <summary>One request of an upload; it is not repeated when its connection breaks, for then its place is to be asked.</summary>
    internal Task<HttpResponseMessage> SendUploadAsync(HttpMethod method, string path, Func<HttpContent?> content, CancellationToken ct) =>
        SendAsync(HostsFor(Access.Push)[0], method, path, request => request.Content = content(), attempts: 1, ct);

    /// <summary>Puts a manifest whose blobs are all there.</summary>
    public async Task PutManifestAsync(string tagOrDigest, Descriptor descriptor, byte[] content, CancellationToken ct)
    {
        using HttpResponseMessage put = await SendAsync(HttpMethod.Put, $"manifests/{tagOrDigest}", Access.Push, request =>
        {
            request.Content = new ByteArrayContent(content);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(descriptor.MediaType);
        }, ct).ConfigureAwait(false);
        if (!put.IsSuccessStatusCode) throw await FaultAsync(put, ct).ConfigureAwait(false);
    }

    internal async Task<FaultException> FaultAsync(HttpResponseMessage response, CancellationToken ct) =>
        Fault(response, await ReadAsync(response, MaxManifestBytes, "the registry's error", ct).ConfigureAwait(false));
}
