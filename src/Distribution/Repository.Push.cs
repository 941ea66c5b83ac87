using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using Sampan.Specs.Oci.Image;

namespace Sampan.Distribution;

// distribution-spec v1.1, § Push.
public sealed partial class Repository
{
    /// <exception cref="RegistryException">DENIED, UNAUTHORIZED, …</exception>
    public async Task<bool> HasBlobAsync(Digest digest, CancellationToken ct)
    {
        using HttpResponseMessage response = await _requests.SendAsync(HttpMethod.Head, $"blobs/{digest}", Access.Push, _ => { }, ct).ConfigureAwait(false);
        return response.StatusCode switch
        {
            HttpStatusCode.OK => true,
            HttpStatusCode.NotFound => false,
            _ => throw await _requests.FaultAsync(response, ct).ConfigureAwait(false),
        };
    }

    /// <summary>Uploads a blob, or has the registry take it over from <paramref name="source"/>, a repository of its own. A broken upload goes on where it broke
    /// if the registry has kept what came; one that refuses large bodies gets chunks.</summary>
    /// <param name="open">Opens the content from its start; again for each attempt.</param>
    /// <param name="sent">Told the bytes sent so far.</param>
    /// <returns>True when it was mounted from the source and nothing was sent.</returns>
    /// <exception cref="RegistryException">DENIED, UNAUTHORIZED, …</exception>
    public Task<bool> UploadAsync(Descriptor descriptor, Func<Stream> open, string? source, Action<long> sent, CancellationToken ct) =>
        new BlobUpload(this, _requests, descriptor, open, sent).RunAsync(source, ct);

    /// <summary>Puts a manifest whose blobs are all there.</summary>
    /// <returns>Whether the registry says that it listed the manifest with its subject's referrers. distribution-spec v1.1, § Pushing Manifests with Subject.</returns>
    public async Task<bool> PutManifestAsync(string tagOrDigest, Descriptor descriptor, byte[] content, CancellationToken ct)
    {
        using HttpResponseMessage put = await _requests.SendAsync(HttpMethod.Put, $"manifests/{tagOrDigest}", Access.Push, request =>
        {
            request.Content = new ByteArrayContent(content);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(descriptor.MediaType);
        }, ct).ConfigureAwait(false);
        if (!put.IsSuccessStatusCode) throw await _requests.FaultAsync(put, ct).ConfigureAwait(false);
        return put.Headers.Contains("OCI-Subject");
    }
}
