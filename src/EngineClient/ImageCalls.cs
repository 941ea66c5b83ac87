using System.Text.Json;
using Sampan.EngineClient.Http;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;
using static Sampan.EngineClient.Http.EngineTransportJson;

namespace Sampan.EngineClient;

/// <summary>/images of the Engine API. Long work reports itself as a stream of messages, and a failure as one of them.</summary>
public sealed class ImageCalls
{
    private readonly EngineTransport _transport;

    internal ImageCalls(EngineTransport transport) => _transport = transport;

    /// <param name="manifests">With the manifests of each image's index.</param>
    public Task<IReadOnlyList<ImageSummary>> ListAsync(bool all, bool digests, Filters filters, CancellationToken ct, bool manifests = false) =>
        _transport.GetAsync(new("GET", "/images/json")
        {
            Query = new Query().Add("all", all).Add("digests", digests).Add("filters", filters.ToJson()).Add("manifests", manifests),
        }, DockerJson.Wire.IReadOnlyListImageSummary, ct);

    public Task<ImageInspect> InspectAsync(string image, CancellationToken ct) =>
        _transport.GetAsync(new("GET", $"/images/{ImageName(image)}/json"), DockerJson.Wire.ImageInspect, ct);

    /// <summary>The document as the engine sent it, members we do not know included.</summary>
    public Task<byte[]> InspectRawAsync(string image, CancellationToken ct, Platform? platform = null) =>
        _transport.ReadRawAsync(new("GET", $"/images/{ImageName(image)}/json") { Query = new Query().Add("platform", Encode(platform)) }, ct);

    /// <param name="tag">Tag or digest; null for every tag of the repository.</param>
    public IAsyncEnumerable<ProgressMessage> PullAsync(string repository, string? tag, string? platform, RegistryAuth? auth, CancellationToken ct) =>
        StreamAsync(new("POST", "/images/create")
        {
            Query = new Query().Add("fromImage", repository).Add("tag", tag).Add("platform", platform),
            Headers = auth is null ? [] : ["X-Registry-Auth: " + Encode(auth)],
        }, ct);

    /// <summary>Makes an image of a tar (docker import).</summary>
    /// <param name="source">"-" for <paramref name="tar"/>, or a URL the engine fetches.</param>
    public IAsyncEnumerable<ProgressMessage> ImportAsync(string source, string? repository, string? tag, string? message,
        IReadOnlyList<string> changes, string? platform, Stream? tar, CancellationToken ct)
    {
        var query = new Query().Add("fromSrc", source).Add("repo", repository).Add("tag", tag).Add("message", message).Add("platform", platform);
        foreach (string change in changes) query.Add("changes", change);
        return StreamAsync(new("POST", "/images/create") { Query = query, Body = tar }, ct);
    }

    /// <summary>Takes in a docker save or OCI archive.</summary>
    public IAsyncEnumerable<ProgressMessage> LoadAsync(Stream archive, bool quiet, Platform? platform, CancellationToken ct) =>
        StreamAsync(new("POST", "/images/load") { Query = new Query().Add("quiet", quiet).Add("platform", Encode(platform)), Body = archive }, ct);

    /// <summary>A docker save archive of the images.</summary>
    public async Task<Stream> SaveAsync(IReadOnlyList<string> images, Platform? platform, CancellationToken ct)
    {
        var query = new Query();
        foreach (string image in images) query.Add("names", image);
        return (await _transport.SendAsync(new("GET", "/images/get") { Query = query.Add("platform", Encode(platform)) }, ct)).Body;
    }

    /// <param name="tag">Null for every tag of the repository.</param>
    public IAsyncEnumerable<ProgressMessage> PushAsync(string repository, string? tag, Platform? platform, RegistryAuth? auth, CancellationToken ct) =>
        StreamAsync(new("POST", $"/images/{ImageName(repository)}/push")
        {
            Query = new Query().Add("tag", tag).Add("platform", Encode(platform)),
            Headers = ["X-Registry-Auth: " + Encode(auth ?? new RegistryAuth())],
        }, ct);

    /// <param name="limit">0: as many as the registry likes.</param>
    public Task<IReadOnlyList<ImageSearchResult>> SearchAsync(string term, int limit, Filters filters, RegistryAuth? auth, CancellationToken ct) =>
        _transport.GetAsync(new("GET", "/images/search")
        {
            Query = new Query().Add("term", term).Add("limit", limit == 0 ? null : limit).Add("filters", filters.ToJson()),
            Headers = auth is null ? [] : ["X-Registry-Auth: " + Encode(auth)],
        }, DockerJson.Wire.IReadOnlyListImageSearchResult, ct);

    public Task<ImagesPruneReport> PruneAsync(Filters filters, CancellationToken ct) =>
        _transport.GetAsync(new("POST", "/images/prune") { Query = new Query().Add("filters", filters.ToJson()) }, DockerJson.Wire.ImagesPruneReport, ct);

    /// <summary>Our own engine's alone: reads every blob again.</summary>
    public IAsyncEnumerable<ProgressMessage> VerifyAsync(bool repair, CancellationToken ct) =>
        StreamAsync(new("POST", "/sampan/images/fsck") { Query = new Query().Add("repair", repair) }, ct);

    /// <summary>Our own engine's alone: what a registry has that refers to an image.</summary>
    /// <param name="artifactType">Of this type only; null: all.</param>
    public Task<IReadOnlyList<ImageReferrer>> ReferrersAsync(string image, string? artifactType, RegistryAuth? auth, CancellationToken ct) =>
        _transport.GetAsync(new("GET", "/sampan/images/referrers")
        {
            Query = new Query().Add("name", image).Add("artifactType", artifactType),
            Headers = auth is null ? [] : ["X-Registry-Auth: " + Encode(auth)],
        }, DockerJson.Wire.IReadOnlyListImageReferrer, ct);

    public Task TagAsync(string image, string repository, string? tag, CancellationToken ct) =>
        _transport.CallAsync(new("POST", $"/images/{ImageName(image)}/tag") { Query = new Query().Add("repo", repository).Add("tag", tag) }, ct);

    public Task<IReadOnlyList<ImageDeleteItem>> RemoveAsync(string image, bool force, bool noPrune, IReadOnlyList<Platform> platforms, CancellationToken ct) =>
        _transport.GetAsync(new("DELETE", $"/images/{ImageName(image)}")
        {
            Query = platforms.Aggregate(new Query().Add("force", force).Add("noprune", noPrune), (query, platform) => query.Add("platforms", Encode(platform))),
        }, DockerJson.Wire.IReadOnlyListImageDeleteItem, ct);

    public Task<IReadOnlyList<HistoryItem>> HistoryAsync(string image, Platform? platform, CancellationToken ct) =>
        _transport.GetAsync(new("GET", $"/images/{ImageName(image)}/history") { Query = new Query().Add("platform", Encode(platform)) }, DockerJson.Wire.IReadOnlyListHistoryItem, ct);

    private async IAsyncEnumerable<ProgressMessage> StreamAsync(EngineRequest request,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var response = await _transport.SendAsync(request, ct);
        await foreach (var message in JsonDocumentStream.ReadAsync(response, DockerJson.Wire.ProgressMessage, ct)) yield return message;
    }

    /// <summary>The JSON form, which all parameters but pull's and create's take.</summary>
    private static string? Encode(Platform? platform) => platform is null ? null : JsonSerializer.Serialize(new OciPlatform
    {
        Architecture = platform.Architecture,
        Os = platform.Os,
        Variant = platform.Variant,
    }, DockerJson.Wire.OciPlatform);

    /// <summary>base64url with padding. Engine API, § Authentication.</summary>
    private static string Encode(RegistryAuth auth) =>
        Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(auth, RegistryAuthJson.Default.RegistryAuth)).Replace('+', '-').Replace('/', '_');
}
