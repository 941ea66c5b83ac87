using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sampan.Distribution.Hosts;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.Distribution;

/// <summary>A repository that a search found.</summary>
public sealed record RegistrySearchHit
{
    [JsonPropertyName("name")] public string Name { get; init => field = value ?? ""; } = "";
    [JsonPropertyName("description")] public string Description { get; init => field = value ?? ""; } = "";
    [JsonPropertyName("star_count")] public int StarCount { get; init; }
    [JsonPropertyName("is_official")] public bool IsOfficial { get; init; }
}

/// <summary>The search of Docker's registry API v1, which Docker Hub still answers; the distribution spec has none.</summary>
internal sealed class RegistrySearch(RegistryClient client)
{
    private const int MaxAnswerBytes = 8 << 20;
    private const string Hub = "index.docker.io";
    private const string SearchScope = "registry:catalog:search";   // as docker asks for

    internal async Task<IReadOnlyList<RegistrySearchHit>> RunAsync(string term, int limit, RegistryAuth? auth, CancellationToken ct)
    {
        if (limit is < 0 or > 100) throw new FaultException(FaultKind.InvalidArgument, $"limit {limit} is outside the range of [1, 100]");
        if (term.Contains("://", StringComparison.Ordinal))
            throw new FaultException(FaultKind.InvalidArgument, $"invalid repository name: repository name ({term}) should not have a scheme");
        var (authority, words) = Split(term);
        var host = authority is Hub ? new RegistryHost { Authority = Hub, Scheme = Uri.UriSchemeHttps } : client.Hosts.Upstream(authority);
        // Where the scheme is not known, the registry's own API tells it.
        string scheme = host.Scheme ?? (await client.Endpoints.FindAsync(host, client.Options.MaxAttempts, ct).ConfigureAwait(false)).Base.Scheme;
        var url = new Uri($"{scheme}://{host.Authority}/v1/search?q={Uri.EscapeDataString(words)}&n={(limit == 0 ? 25 : limit)}");
        var trust = new Trust(host.SkipVerify is true || await client.IsInsecureAsync(host.Authority, ct).ConfigureAwait(false), host.Certificates);
        AuthenticationHeaderValue? authorization = await AuthorizeAsync(host, auth, ct).ConfigureAwait(false);
        using HttpResponseMessage response = await client.Http.SendAsync((to, home) =>
        {
            HttpRequestMessage request = RegistryRequest.Make(HttpMethod.Get, to, home ? host : null);
            if (home) request.Headers.Authorization = authorization;
            return request;
        }, url, trust, ct).ConfigureAwait(false);
        if (response.StatusCode is not HttpStatusCode.OK)
            throw new FaultException(FaultKind.Unavailable, $"cannot search '{authority}': unexpected status code {(int)response.StatusCode}; most registries other than Docker Hub have no search");
        try
        {
            byte[] body = await Body.ReadAsync(response, MaxAnswerBytes, "the answer to the search", client.Options.IdleTimeout, ct).ConfigureAwait(false);
            return JsonSerializer.Deserialize(body, RegistryJson.Default.SearchAnswer)?.Results?.Where(hit => hit is not null).ToList() ?? [];
        }
        catch (JsonException e)
        {
            throw new FaultException(FaultKind.Unavailable, $"error decoding registry search results: {e.Message}", e);
        }
    }

    /// <summary>A password as it is; a refresh token, which the search itself does not take, by way of the token server that the registry's own API names.</summary>
    private async Task<AuthenticationHeaderValue?> AuthorizeAsync(RegistryHost host, RegistryAuth? auth, CancellationToken ct)
    {
        if (auth?.Credentials is { Password.Length: > 0 } credentials) return TokenSource.Basic(credentials);
        if (string.IsNullOrEmpty(auth?.Identitytoken) && string.IsNullOrEmpty(auth?.Registrytoken)) return null;
        RegistryEndpoint endpoint = await client.Endpoints.FindAsync(host, client.Options.MaxAttempts, ct).ConfigureAwait(false);
        return await client.Tokens.AuthorizeAsync(endpoint, auth, SearchScope, ct).ConfigureAwait(false);
    }

    private static (string Authority, string Words) Split(string term)
    {
        int slash = term.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && (term[..slash].AsSpan().ContainsAny('.', ':') || term[..slash] is "localhost"))
            return term[..slash] is "docker.io" ? (Hub, term[(slash + 1)..]) : (term[..slash], term[(slash + 1)..]);
        return (Hub, term.StartsWith("library/", StringComparison.Ordinal) ? term["library/".Length..] : term);
    }
}
