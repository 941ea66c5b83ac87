using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text.Json;
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
    private readonly RepositoryRequests _requests;
    private readonly ImageReference _name;

    internal Repository(RegistryClient client, ImageReference name, RegistryAuth? auth, string scope) =>
        (_requests, _name) = (new RepositoryRequests(client, name, auth, scope), name);

    /// <summary>From now on asks the registry itself and none of its mirrors.</summary>
    /// <returns>False when no mirror was asked before: another attempt would be the same.</returns>
    public bool LeaveMirrors() => _requests.LeaveMirrors();

    /// <summary>What a tag points at, by HEAD; null when the registry does not tell a digest that way.</summary>
    /// <exception cref="RegistryException">Code MANIFEST_UNKNOWN, DENIED, …</exception>
    public async Task<Digest?> ResolveAsync(string tag, CancellationToken ct)
    {
        using HttpResponseMessage response = await _requests.SendAsync(HttpMethod.Head, $"manifests/{tag}", Access.Resolve, AcceptManifests, ct).ConfigureAwait(false);
        return response.StatusCode is HttpStatusCode.OK ? DigestOf(response) : null;   // GET tells the reason in its body
    }

    /// <summary>A manifest or index by tag, or by digest; verified by the digest, or by the one the registry names with it.</summary>
    /// <exception cref="RegistryException">Code MANIFEST_UNKNOWN, DENIED, …</exception>
    /// <exception cref="FaultException">Schema 1, too large, a wrong digest.</exception>
    public async Task<FetchedManifest> ManifestAsync(string tagOrDigest, CancellationToken ct)
    {
        bool byDigest = Digest.TryParse(tagOrDigest, out var wanted);
        var (response, content) = await _requests.GetAsync($"manifests/{tagOrDigest}", byDigest ? Access.Pull : Access.Resolve, AcceptManifests,
            MaxManifestBytes, $"manifest '{tagOrDigest}' of '{_name.FamiliarName}'", ct).ConfigureAwait(false);

        var digest = Digest.Of(content);
        Digest expected = byDigest ? wanted : DigestOf(response) ?? digest;
        if (digest != expected)
            throw new FaultException(FaultKind.Unavailable, $"manifest verification failed for digest {expected}: the registry sent {digest}");
        return FetchedManifest.Read(content, digest, response.Content.Headers.ContentType?.MediaType, _name);
    }

    /// <summary>The bytes of a blob from <paramref name="offset"/> on. Lost connections are resumed where they broke.</summary>
    /// <param name="retrying">Told how long the wait before the next attempt is.</param>
    /// <exception cref="RegistryException">Code BLOB_UNKNOWN, DENIED, …</exception>
    public async Task<Stream> BlobAsync(Descriptor descriptor, long offset, Action<TimeSpan> retrying, CancellationToken ct)
    {
        var stream = new ResumingStream(_requests, descriptor, offset, retrying);
        await stream.OpenAsync(ct).ConfigureAwait(false);
        return stream;
    }

    /// <summary>What an index names that is of a type we do not know: a manifest to some registries, a blob to others.</summary>
    /// <exception cref="RegistryException">Neither is there.</exception>
    public async Task<Stream> UnknownAsync(Descriptor descriptor, long offset, CancellationToken ct)
    {
        try
        {
            if (descriptor.Size > MaxManifestBytes) return await BlobAsync(descriptor, offset, _ => { }, ct).ConfigureAwait(false);
            var (_, content) = await _requests.GetAsync($"manifests/{descriptor.Digest}", Access.Pull, request => request.Headers.TryAddWithoutValidation("Accept", [descriptor.MediaType, "*/*"]),
                MaxManifestBytes, $"{descriptor.Digest} of '{_name.FamiliarName}'", ct).ConfigureAwait(false);
            return new MemoryStream(content) { Position = Math.Min(offset, content.Length) };
        }
        catch (RegistryException none) when (none.Status is HttpStatusCode.NotFound or HttpStatusCode.NotAcceptable)
        {
            return await BlobAsync(descriptor, offset, _ => { }, ct).ConfigureAwait(false);
        }
    }

    /// <summary>All tags, in the registry's order.</summary>
    /// <exception cref="RegistryException">Code NAME_UNKNOWN, DENIED, …</exception>
    public async Task<IReadOnlyList<string>> TagsAsync(CancellationToken ct)
    {
        var tags = new List<string>();
        for (string? page = "tags/list"; page is not null;)
        {
            var (response, content) = await _requests.GetAsync(page, Access.Resolve, _ => { }, MaxTagsBytes, $"the tag list of '{_name.FamiliarName}'", ct).ConfigureAwait(false);
            int before = tags.Count;
            tags.AddRange(ReadTags(content));
            page = tags.Count > before ? NextPage(response) : null;
        }
        return tags;
    }

    private static Digest? DigestOf(HttpResponseMessage response) =>
        Digest.TryParse(response.Headers.TryGetValues(DigestHeader, out var values) ? values.FirstOrDefault() : null, out var digest) ? digest : null;

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
        if (link is null || !link.Contains("next", StringComparison.Ordinal)) return null;
        int open = link.IndexOf('<', StringComparison.Ordinal), close = link.IndexOf('>', StringComparison.Ordinal);
        return open >= 0 && close > open && Uri.TryCreate(response.RequestMessage!.RequestUri, link[(open + 1)..close], out var next) ? next.PathAndQuery : null;
    }
}
