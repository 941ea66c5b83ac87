using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text.Json;
using Sampan.Distribution.Hosts;
using Sampan.Faults;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Distribution;

/// <summary>One repository of a registry: its manifests, blobs and tags. Safe to call from several threads.</summary>
public sealed partial class Repository
{
    private const int MaxManifestBytes = 4 << 20;
    private const int MaxTagsBytes = 16 << 20;
    private const string DigestHeader = "Docker-Content-Digest";
    private readonly RegistryClient _client;
    private readonly ImageReference _name;
    private readonly RegistryAuth? _auth;
    private readonly string _scope;

    internal Repository(RegistryClient client, ImageReference name, RegistryAuth? auth, string scope) =>
        (_client, _name, _auth, _scope) = (client, name, auth, scope);

    /// <summary>What a tag points at, by HEAD; null when the registry does not tell a digest that way.</summary>
    /// <exception cref="RegistryException">Code MANIFEST_UNKNOWN, DENIED, …</exception>
    public async Task<Digest?> ResolveAsync(string tag, CancellationToken ct)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Head, $"manifests/{tag}", Access.Resolve, AcceptManifests, ct).ConfigureAwait(false);
        if (response.StatusCode is not HttpStatusCode.OK) return null;   // GET tells the reason in its body
        return Digest.TryParse(response.Headers.TryGetValues(DigestHeader, out var values) ? values.FirstOrDefault() : null, out var digest) ? digest : null;
    }

    /// <summary>A manifest or index by tag, or by digest and then verified.</summary>
    /// <exception cref="RegistryException">Code MANIFEST_UNKNOWN, DENIED, …</exception>
    /// <exception cref="FaultException">Schema 1, too large, a wrong digest.</exception>
    public async Task<FetchedManifest> ManifestAsync(string tagOrDigest, CancellationToken ct)
    {
        bool byDigest = Digest.TryParse(tagOrDigest, out var wanted);
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, $"manifests/{tagOrDigest}", byDigest ? Access.Pull : Access.Resolve, AcceptManifests, ct).ConfigureAwait(false);
        byte[] content = await ReadAsync(response, MaxManifestBytes, $"manifest '{tagOrDigest}' of '{_name.FamiliarName}'", ct).ConfigureAwait(false);
        if (response.StatusCode is not HttpStatusCode.OK) throw Fault(response, content);

        var digest = Digest.Of(content);
        if (byDigest && digest != wanted)
            throw new FaultException(FaultKind.Unavailable, $"manifest verification failed for digest {wanted}: the registry sent {digest}");
        return FetchedManifest.Read(content, digest, response.Content.Headers.ContentType?.MediaType, _name);
    }

    /// <summary>The bytes of a blob from <paramref name="offset"/> on. Lost connections are resumed where they broke.</summary>
    /// <param name="retrying">Told how long the wait before the next attempt is.</param>
    /// <exception cref="RegistryException">Code BLOB_UNKNOWN, DENIED, …</exception>
    public async Task<Stream> BlobAsync(Descriptor descriptor, long offset, Action<TimeSpan> retrying, CancellationToken ct)
    {
        var stream = new ResumingStream(_client.Options, descriptor, offset, retrying, (from, failures, token) => OpenBlobAsync(descriptor, from, withoutMirrors: failures > 1, token));
        await stream.OpenAsync(ct).ConfigureAwait(false);
        return stream;
    }

    /// <summary>All tags, in the registry's order.</summary>
    /// <exception cref="RegistryException">Code NAME_UNKNOWN, DENIED, …</exception>
    public async Task<IReadOnlyList<string>> TagsAsync(CancellationToken ct)
    {
        var tags = new List<string>();
        for (string? page = "tags/list"; page is not null;)
        {
            using HttpResponseMessage response = await SendAsync(HttpMethod.Get, page, Access.Resolve, _ => { }, ct).ConfigureAwait(false);
            byte[] content = await ReadAsync(response, MaxTagsBytes, $"the tag list of '{_name.FamiliarName}'", ct).ConfigureAwait(false);
            if (response.StatusCode is not HttpStatusCode.OK) throw Fault(response, content);
            int before = tags.Count;
            tags.AddRange(ReadTags(content));
            page = tags.Count > before ? NextPage(response) : null;
        }
        return tags;
    }

    private async Task<HttpResponseMessage> OpenBlobAsync(Descriptor descriptor, long offset, bool withoutMirrors, CancellationToken ct)
    {
        var response = await SendAsync(HttpMethod.Get, $"blobs/{descriptor.Digest}", Access.Pull, request =>
        {
            if (offset > 0) request.Headers.Range = new RangeHeaderValue(offset, null);
        }, ct, withoutMirrors).ConfigureAwait(false);
        if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent) return response;
        using (response) throw await FaultAsync(response, ct).ConfigureAwait(false);
    }

    /// <summary>Asks the hosts of the registry in their order: the next one when a mirror fails or does not have it.</summary>
    /// <param name="path">Below the repository; or an absolute path or address that a host answered with.</param>
    /// <param name="withoutMirrors">They have failed before.</param>
    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Access access, Action<HttpRequestMessage> prepare, CancellationToken ct, bool withoutMirrors = false)
    {
        var hosts = HostsFor(access).Where(host => !withoutMirrors || !host.IsMirror).ToList();
        foreach (var mirror in hosts.SkipLast(1))
        {
            try
            {
                var response = await SendAsync(mirror, method, path, prepare, attempts: 1, ct).ConfigureAwait(false);
                if (response.IsSuccessStatusCode) return response;
                response.Dispose();
            }
            catch (FaultException) when (!ct.IsCancellationRequested)
            {
                // what the registry itself says is what the user is told
            }
        }
        return await SendAsync(hosts[^1], method, path, prepare, _client.Options.MaxAttempts, ct).ConfigureAwait(false);
    }

    private IReadOnlyList<RegistryHost> HostsFor(Access access)
    {
        var all = _client.Hosts.Of(_name.Domain);
        var able = all.Where(host => access switch { Access.Resolve => host.Resolves && host.Pulls, Access.Pull => host.Pulls, _ => host.Pushes }).ToList();
        if (able.Count == 0) throw new FaultException(FaultKind.NotSupported, $"no host of the registry '{_name.Domain}' is configured to {access.ToString().ToLowerInvariant()}");
        // A push goes to one place.
        return access is Access.Push ? [able[0]] : able;
    }

    /// <summary>Sends with credentials, and again: with new ones when a token has gone stale, after a while when the registry is busy or ill.</summary>
    private async Task<HttpResponseMessage> SendAsync(RegistryHost host, HttpMethod method, string path, Action<HttpRequestMessage> prepare, int attempts, CancellationToken ct)
    {
        bool renewed = false;
        for (int attempt = 1; ; attempt++)
        {
            RegistryEndpoint endpoint = await _client.Endpoints.FindAsync(host, ct).ConfigureAwait(false);
            Uri url = UrlOf(endpoint, path);
            HttpResponseMessage response;
            try
            {
                AuthenticationHeaderValue? authorization = await AuthorizeAsync(endpoint, method, url, ct).ConfigureAwait(false);
                response = await _client.Http.SendAsync((to, sameAuthority) =>
                {
                    var request = new HttpRequestMessage(method, to);
                    if (sameAuthority)
                    {
                        request.Headers.Authorization = authorization;
                        if (url.Authority == endpoint.Base.Authority)
                            foreach (var (name, value) in host.Headers) request.Headers.TryAddWithoutValidation(name, value);
                    }
                    prepare(request);
                    return request;
                }, url, url.Authority == endpoint.Base.Authority ? endpoint.Trust : endpoint.Trust.Elsewhere, ct).ConfigureAwait(false);
            }
            catch (FaultException e) when (e is not RegistryException && e.Kind is FaultKind.Unavailable && attempt < attempts)
            {
                _client.Endpoints.Forget(host);
                await Task.Delay(Backoff.Delay(_client.Options, attempt), ct).ConfigureAwait(false);
                continue;
            }
            if (response.StatusCode is HttpStatusCode.Unauthorized && !renewed)
            {
                // A stale token; or a registry that lets anybody ask for /v2/ and challenges only here.
                renewed = true;
                _client.Tokens.Forget();
                _client.Endpoints.Learn(endpoint, response);
                response.Dispose();
                continue;
            }
            if (!Backoff.IsWorthTrying(response.StatusCode) || attempt >= attempts
                || Backoff.Delay(_client.Options, attempt, response) is not { } delay) return response;
            response.Dispose();
            await Task.Delay(delay, ct).ConfigureAwait(false);
        }
    }

    private Uri UrlOf(RegistryEndpoint endpoint, string path)
    {
        bool answered = path.StartsWith('/') || path.Contains("://", StringComparison.Ordinal);
        var url = new Uri(endpoint.Base, answered ? path : $"{_name.Path}/{path}");
        if (answered || endpoint.Host.Namespace is not { } ns) return url;
        return new UriBuilder(url) { Query = $"{url.Query.TrimStart('?')}{(url.Query.Length > 1 ? "&" : "")}ns={Uri.EscapeDataString(ns)}" }.Uri;
    }

    private async Task<AuthenticationHeaderValue?> AuthorizeAsync(RegistryEndpoint endpoint, HttpMethod method, Uri url, CancellationToken ct)
    {
        try
        {
            // A registry may send an upload to another host, which our credentials are no business of; nor are they of a mirror.
            return url.Authority != endpoint.Base.Authority ? null
                : await _client.Tokens.AuthorizeAsync(endpoint, endpoint.Host.IsMirror ? null : _auth, _scope, ct).ConfigureAwait(false);
        }
        catch (FaultException e) when (e.Kind is FaultKind.PermissionDenied)
        {
            throw new FaultException(FaultKind.PermissionDenied, $"{Dial.Verb(method)} \"{url}\": {e.Message}", e);
        }
    }

    /// <summary>What a request needs a host for.</summary>
    private enum Access
    {
        /// <summary>What a tag means.</summary>
        Resolve,

        /// <summary>Content of a known digest.</summary>
        Pull,
        Push,
    }

    private async Task<byte[]> ReadAsync(HttpResponseMessage response, int maxBytes, string what, CancellationToken ct)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limited.CancelAfter(_client.Options.IdleTimeout);
        try
        {
            return await Body.ReadAsync(response, maxBytes, what, limited.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or HttpRequestException || e is OperationCanceledException && !ct.IsCancellationRequested)
        {
            throw Dial.Fault(response.RequestMessage!.Method, response.RequestMessage.RequestUri!, e);
        }
    }

    private static FaultException Fault(HttpResponseMessage response, byte[] body) => RegistryException.From(response.StatusCode, response.ReasonPhrase, body);

    private static void AcceptManifests(HttpRequestMessage request)
    {
        foreach (string type in (string[])[MediaTypes.DockerManifest, MediaTypes.DockerManifestList, MediaTypes.OciIndex, MediaTypes.OciManifest])
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        // Some registries answer 404 to a client that does not take schema 1; with it they send it, and we refuse it by name.
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypes.DockerManifestV1Signed, 0.1));
    }

    private IReadOnlyList<string> ReadTags(byte[] content)
    {
        try
        {
            return JsonSerializer.Deserialize(content, RegistryJson.Default.TagList)?.Tags ?? [];
        }
        catch (JsonException e)
        {
            throw new FaultException(FaultKind.Unavailable, $"the registry sent a malformed tag list of '{_name.FamiliarName}'", e);
        }
    }

    // Link: </v2/app/tags/list?last=b&n=2>; rel="next"     distribution-spec v1.1, § Listing Tags
    private static string? NextPage(HttpResponseMessage response)
    {
        string? link = response.Headers.TryGetValues("Link", out var values) ? values.FirstOrDefault() : null;
        if (link is null || !link.Contains("rel=\"next\"", StringComparison.Ordinal)) return null;
        int open = link.IndexOf('<', StringComparison.Ordinal), close = link.IndexOf('>', StringComparison.Ordinal);
        return open >= 0 && close > open && Uri.TryCreate(response.RequestMessage!.RequestUri, link[(open + 1)..close], out var next) ? next.PathAndQuery : null;
    }
}
