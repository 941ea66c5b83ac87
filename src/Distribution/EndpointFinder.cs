using System.Collections.Concurrent;
using System.Net;
using System.Net.Http;
using Sampan.Faults;

namespace Sampan.Distribution;

/// <summary>Finds out, once per registry, by which scheme it answers and what credentials it wants. distribution-spec v1.1, § Determining Support.</summary>
internal sealed class EndpointFinder(HttpSender http, InsecureHosts insecureHosts)
{
    private readonly ConcurrentDictionary<string, RegistryEndpoint> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="FaultException">Unavailable: nothing there speaks the registry protocol.</exception>
    internal async Task<RegistryEndpoint> FindAsync(string domain, CancellationToken ct)
    {
        string authority = RegistryEndpoint.AuthorityOf(domain);
        if (_known.TryGetValue(authority, out var known)) return known;

        bool insecure = await insecureHosts.ContainsAsync(authority, ct).ConfigureAwait(false);
        FaultException? problem = null;
        foreach (string scheme in await SchemesAsync(authority, insecure, ct).ConfigureAwait(false))
        {
            try
            {
                return _known[authority] = await PingAsync(RegistryEndpoint.BaseOf(scheme, authority), insecure, ct).ConfigureAwait(false);
            }
            catch (FaultException e)
            {
                // What plain HTTP says is what the user can act on: an insecure registry usually has no other.
                if (problem is null || scheme == Uri.UriSchemeHttp) problem = e;
            }
        }
        throw problem!;
    }

    /// <summary>After a failed connection: ask again.</summary>
    internal void Forget(RegistryEndpoint endpoint) => _known.TryRemove(endpoint.Base.Authority, out _);

    /// <summary>After a refusal: its challenge is the one to answer.</summary>
    internal void Learn(RegistryEndpoint endpoint, HttpResponseMessage refusal)
    {
        if (ChallengesOf(refusal) is { Count: > 0 } challenges) _known[endpoint.Base.Authority] = endpoint with { Challenges = challenges };
    }

    /// <summary>HTTPS alone, except for insecure registries. On loopback nobody can listen in and plain HTTP is the rule, so it comes first there.</summary>
    private static async Task<string[]> SchemesAsync(string authority, bool insecure, CancellationToken ct)
    {
        if (!insecure) return [Uri.UriSchemeHttps];
        return await InsecureHosts.IsLoopbackAsync(authority, ct).ConfigureAwait(false)
            ? [Uri.UriSchemeHttp, Uri.UriSchemeHttps]
            : [Uri.UriSchemeHttps, Uri.UriSchemeHttp];
    }

    private async Task<RegistryEndpoint> PingAsync(Uri url, bool insecure, CancellationToken ct)
    {
        using HttpResponseMessage response = await http.SendAsync((to, _) => new HttpRequestMessage(HttpMethod.Get, to), url, insecure, ct).ConfigureAwait(false);
        if (response.StatusCode is HttpStatusCode.OK) return new RegistryEndpoint(url, insecure, []);
        var challenges = ChallengesOf(response);
        if (response.StatusCode is HttpStatusCode.Unauthorized && challenges.Count > 0) return new RegistryEndpoint(url, insecure, challenges);
        throw RegistryException.From(response.StatusCode, response.ReasonPhrase, []);
    }

    private static IReadOnlyList<Challenge> ChallengesOf(HttpResponseMessage response) =>
        [.. response.Headers.WwwAuthenticate.Select(header => Challenge.Parse(header.Scheme, header.Parameter))];
}
